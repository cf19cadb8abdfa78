using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Prometheus;

namespace Operator.Runtime.Tests.Transport;

/// <summary>A request as the scripted server received it, with its time.</summary>
internal sealed record Seen(string Method, string PathAndQuery, string Body, DateTimeOffset At)
{
    public string? ContentType { get; init; }
}

/// <summary>Gives the scripted answers in order, repeats the last one for ever, and counts the answers that are still open.</summary>
internal sealed class ScriptedServer(FakeTimeProvider time) : HttpMessageHandler
{
    private readonly Queue<Func<CancellationToken, Task<HttpResponseMessage>>> _answers = new();
    private int _open;

    public List<Seen> Requests { get; } = [];

    public int OpenAnswers => _open;

    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    public KubeApi Api(KubeApiOptions? options = null) =>
        new(
            new HttpClient(this) { BaseAddress = new Uri("https://cluster.example:6443/") },
            time,
            new KubeApiMetrics(Metrics.WithCustomRegistry(Registry)),
            options ?? new KubeApiOptions()
        );

    public ScriptedServer Then(HttpStatusCode status, string body = "{}", string? retryAfter = null)
    {
        _answers.Enqueue(_ =>
            Task.FromResult(Answer(status, new MemoryStream(Encoding.UTF8.GetBytes(body)), retryAfter))
        );
        return this;
    }

    /// <summary>The connection breaks before the answer.</summary>
    public ScriptedServer ThenBreak()
    {
        _answers.Enqueue(_ => throw new HttpRequestException(HttpRequestError.ConnectionError));
        return this;
    }

    /// <summary>The connection breaks in the middle of the answer.</summary>
    public ScriptedServer ThenBreakAfter(string part)
    {
        _answers.Enqueue(_ => Task.FromResult(Answer(HttpStatusCode.OK, new TornStream(part), retryAfter: null)));
        return this;
    }

    /// <summary>The server never answers.</summary>
    public ScriptedServer ThenHang()
    {
        _answers.Enqueue(async ct =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
            throw new InvalidOperationException("a hanging answer ended");
        });
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(ct);
        Requests.Add(
            new Seen(request.Method.Method, request.RequestUri!.PathAndQuery, body, time.GetUtcNow())
            {
                ContentType = request.Content?.Headers.ContentType?.ToString(),
            }
        );
        var answer = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
        return await answer(ct);
    }

    private HttpResponseMessage Answer(HttpStatusCode status, Stream body, string? retryAfter)
    {
        Interlocked.Increment(ref _open);
        var response = new HttpResponseMessage(status) { Content = new TrackedContent(body, this) };
        response.Headers.Date = time.GetUtcNow();
        if (retryAfter is not null)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
        }
        return response;
    }

    private sealed class TrackedContent(Stream body, ScriptedServer server) : StreamContent(body)
    {
        private int _isDisposed;

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
            {
                Interlocked.Decrement(ref server._open);
            }
            base.Dispose(disposing);
        }
    }

    /// <summary>Gives its text, then fails like a reset connection.</summary>
    private sealed class TornStream(string part) : MemoryStream(Encoding.UTF8.GetBytes(part))
    {
        public override int Read(byte[] buffer, int offset, int count) =>
            Position < Length ? base.Read(buffer, offset, count) : throw new IOException("connection reset");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("connection reset");

        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken) =>
            throw new IOException("connection reset");
    }
}

/// <summary>Reads metrics as Prometheus does.</summary>
internal static class Scrape
{
    public static async Task<string> TextAsync(CollectorRegistry registry)
    {
        using var buffer = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(buffer, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>The value of the series with this name and these labels, in any order; null when there is none.</summary>
    public static async Task<double?> ValueAsync(CollectorRegistry registry, string name, params string[] labels)
    {
        foreach (var line in (await TextAsync(registry)).Split('\n'))
        {
            var isSeries =
                line.StartsWith(name + "{", StringComparison.Ordinal)
                || line.StartsWith(name + " ", StringComparison.Ordinal);
            if (isSeries && labels.All(l => line.Contains(l, StringComparison.Ordinal)))
            {
                return double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
            }
        }
        return null;
    }
}
