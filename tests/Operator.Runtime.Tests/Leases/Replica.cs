using System.Text;
using Microsoft.Extensions.Logging;
using Operator.Testing;
using Prometheus;

namespace Operator.Runtime.Tests.Leases;

/// <summary>One process that tries to lead, and writes all the time while it leads.</summary>
internal sealed class Replica : IDisposable
{
    public static readonly ObjectKey Key = new("system", "leader");
    private readonly CancellationTokenSource _stop = new();
    private readonly FencedKubeApi _fenced;
    private int _writes;

    public Replica(FakeCluster cluster, TimeProvider world, string name, TimeSpan skew = default)
    {
        Time = new MachineClock(world) { Offset = skew };
        Client = cluster.Connect(name, Time);
        Client.CallTimeout = TimeSpan.FromSeconds(5);
        ReleaseClient = cluster.Connect(name, Time);
        var options = new LeaderLeaseOptions { Key = Key, Identity = name };
        var metrics = Metrics.WithCustomRegistry(Registry);
        Lease = new LeaderLease(new(Client, ReleaseClient), options, Time, metrics, Log.CreateLogger("lease"));
        _fenced = new FencedKubeApi(Client, Lease, new Strides(Time));
        Lead = WriteAsync;
    }

    public MachineClock Time { get; }
    public FakeClient Client { get; }

    /// <summary>The connection that only the release of the lease uses.</summary>
    public FakeClient ReleaseClient { get; }
    public LeaderLease Lease { get; }
    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();
    public LogLines Log { get; } = new();

    /// <summary>The work while the replica leads; the default writes ten times a second.</summary>
    public Func<LeadershipTerm, Task> Lead { get; set; }

    public int RefusedWrites { get; private set; }
    public Task Run { get; private set; } = Task.CompletedTask;

    public Replica Start()
    {
        Run = Lease.RunAsync(Lead, _stop.Token);
        return this;
    }

    public void Stop() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();

    private async Task WriteAsync(LeadershipTerm term)
    {
        // Acts like work that ignores its token: only the fence stops its writes.
        while (!term.Stopping.IsCancellationRequested && RefusedWrites == 0)
        {
            await WriteOnceAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(100), Time);
        }
    }

    private async Task WriteOnceAsync()
    {
        var json = $$$"""{"metadata":{"name":"{{{Client.Name}}}-{{{_writes++}}}"}}""";
        try
        {
            await _fenced.CreateAsync(
                CoreTypes.ConfigMaps,
                "work",
                Encoding.UTF8.GetBytes(json),
                CancellationToken.None
            );
        }
        catch (NotLeadingException)
        {
            RefusedWrites++;
        }
        catch (Exception e)
            when (e is KubeApiException or HttpRequestException or TimeoutException or OperationCanceledException)
        {
            // The next write may succeed.
        }
    }
}

/// <summary>Keeps the log lines.</summary>
internal sealed class LogLines : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, string Text)> Lines => _lines;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (_lines)
        {
            _lines.Add((logLevel, formatter(state, exception)));
        }
    }

    public void Dispose() { }
}
