using Polly;

namespace Operator.Runtime;

/// <summary>
/// Sends calls within their time limit, retries where that is safe, and counts metrics. Answers are read completely, so that no
/// response stays open.
/// </summary>
internal sealed class KubeTransport(HttpClient http, TimeProvider time, KubeApiMetrics metrics, KubeApiOptions limits)
{
    private readonly ResiliencePipeline<KubeAnswer> _idempotent = KubeRetry.OfFaults(time);
    private readonly ResiliencePipeline<KubeAnswer> _once = KubeRetry.OfRefusals(time);
    private readonly string _host =
        http.BaseAddress?.Authority ?? throw new ArgumentException("the client has no base address", nameof(http));
    private volatile ServerClock? _clock;

    public ServerClock? Clock => _clock;

    /// <exception cref="TimeoutException">No complete answer within the limit; the server may have executed a write.</exception>
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
                    // Timers fire late after the process was suspended, so the elapsed time is checked too.
                    if (time.GetElapsedTime(start) >= limit)
                    {
                        throw new TimeoutException(
                            $"cannot {call.What}: the limit of {limit.TotalSeconds:0.###} s is over"
                        );
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

    /// <summary>Sends the request once and waits for the answer's headers. The time limit does not include the body.</summary>
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
                _clock = new ServerClock(date, time.GetUtcNow(), time.GetTimestamp());
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
            // HttpClient reports a connect timeout as a cancellation, although our token is not cancelled.
            throw new HttpRequestException(
                HttpRequestError.ConnectionError,
                $"cannot {call.What}: the connection was not made in time",
                e
            );
        }
    }
}
