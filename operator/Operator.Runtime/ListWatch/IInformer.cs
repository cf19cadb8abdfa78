namespace Operator.Runtime;

/// <summary>The operations that all informers share, independent of the projected type.</summary>
public interface IInformer
{
    bool HasSynced { get; }

    /// <summary>
    /// Time since the informer last asked the server for anything or heard from it. It also stays small while the server is away, and
    /// grows only when the informer itself hangs.
    /// </summary>
    TimeSpan Idle { get; }

    /// <summary>
    /// The last list or watch failed, so the cache may be behind by any time: it shows objects that are gone. False again after a
    /// complete list, or when a watch goes on.
    /// </summary>
    bool IsBehind { get; }

    /// <summary>Runs until cancelled. Logs every failure and continues.</summary>
    Task RunAsync(CancellationToken ct);

    Task WaitForSyncAsync(CancellationToken ct);

    /// <summary>Lists again. Returns when the cache contains a list that began after this call.</summary>
    Task RelistAsync(CancellationToken ct);

    /// <summary>Updates the gauges; call it before each scrape.</summary>
    void RefreshMetrics();
}
