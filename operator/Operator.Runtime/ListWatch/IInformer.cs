namespace Operator.Runtime;

/// <summary>The operations that all informers share, independent of the projected type.</summary>
public interface IInformer
{
    bool HasSynced { get; }

    /// <summary>Time since the last sign of the server.</summary>
    TimeSpan Age { get; }

    /// <summary>Runs until cancelled. Logs every failure and continues.</summary>
    Task RunAsync(CancellationToken ct);

    Task WaitForSyncAsync(CancellationToken ct);

    /// <summary>Lists again. Returns when the cache contains a list that began after this call.</summary>
    Task RelistAsync(CancellationToken ct);

    /// <summary>Updates the gauges; call it before each scrape.</summary>
    void RefreshMetrics();
}
