namespace Operator.Runtime;

/// <summary>What is done to every informer alike, whatever it projects to.</summary>
public interface IInformer
{
    bool HasSynced { get; }

    /// <summary>Since the server was last heard of.</summary>
    TimeSpan Age { get; }

    /// <summary>Runs until cancelled; whatever else happens is logged, and it goes on.</summary>
    Task RunAsync(CancellationToken ct);

    Task WaitForSyncAsync(CancellationToken ct);

    /// <summary>Lists again, and returns when what the server knew after this call is in the cache.</summary>
    Task RelistAsync(CancellationToken ct);

    /// <summary>Brings the gauges up to date: to be called before they are read.</summary>
    void RefreshMetrics();
}
