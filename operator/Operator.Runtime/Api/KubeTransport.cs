using Polly;

namespace Operator.Runtime;

/// <summary>
/// Sends calls: within their limit, again where that is safe, with metrics. Answers are read whole, so that nothing stays open.
/// </summary>
internal sealed class KubeTransport(HttpClient http, TimeProvider time, KubeApiMetrics metrics, KubeApiOptions limits)
{
    private readonly ResiliencePipeline<KubeAnswer> _idempotent = KubeRetry.OfFaults(time);
    private readonly ResiliencePipeline<KubeAnswer> _once = KubeRetry.OfRefusals(time);
    private readonly string _host =
        http.BaseAddress?.Authority ?? throw new ArgumentException("the client has no base address", nameof(http));
    private volatile ServerClock? _clock;

    public ServerClock? Clock => _clock;

    /// <exception cref="TimeoutException">No whole answer within the limit; a write may have been done.</exception>
    public async Task<KubeAnswer> SendAsync(KubeCall call, CancellationToken ct)
    {
        var limit = limits.Of(call);
        var start = time.GetTimestamp();
        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            var retry = call.IsIdempotent ? _idempotent : _once;
            return await retry.ExecuteAsync(
                async token =>
                {
                    // After the process was stopped for a while timers are late; the clock is not.
                    if (time.GetElapsedTime(start) >= limit)
                    {
                        throw new TimeoutException($"cannot {call.What}: {limit.TotalSeconds:0.###} s are over");
                    }
                    using var response = await OpenOnceAsync(call, token);
                    return await KubeAnswer.ReadAsync(response, time.GetUtcNow(), token);
                },
                linked.Token
            );
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"cannot {call.What}: no answer within {limit.TotalSeconds:0.###} s", e);
        }
    }

    /// <summary>Sends the request once and waits for the answer's headers; what follows them has no limit.</summary>
    public async Task<HttpResponseMessage> OpenAsync(KubeCall call, CancellationToken ct)
    {
        var limit = limits.Of(call);
        using var timeout = new CancellationTokenSource(limit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            return await OpenOnceAsync(call, linked.Token);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"cannot {call.What}: no answer within {limit.TotalSeconds:0.###} s", e);
        }
    }

    private async Task<HttpResponseMessage> OpenOnceAsync(KubeCall call, CancellationToken ct)
    {
        using var request = call.Request();
        var start = time.GetTimestamp();
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            metrics.Answered(call.Verb, (int)response.StatusCode, _host, time.GetElapsedTime(start));
            if (response.Headers.Date is { } date)
            {
                _clock = new ServerClock(date, time.GetUtcNow());
            }
            return response;
        }
        catch (HttpRequestException)
        {
            metrics.Failed(call.Verb, _host);
            throw;
        }
        catch (OperationCanceledException e)
        {
            metrics.Failed(call.Verb, _host);
            if (ct.IsCancellationRequested)
            {
                throw;
            }
            // A connection that can't be made in time ends as a cancellation that nobody asked for.
            throw new HttpRequestException(
                HttpRequestError.ConnectionError,
                $"cannot {call.What}: no connection in time",
                e
            );
        }
    }
}
