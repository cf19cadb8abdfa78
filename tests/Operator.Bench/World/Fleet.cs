using Operator.Runtime;

namespace Operator.Bench.World;

/// <summary>
/// Connectors in their own namespace, and their operator, at rest: every connector is observed and nothing is left to do.
/// </summary>
internal sealed class Fleet : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);
    private readonly Dictionary<string, KubeObject> _newest = new(StringComparer.Ordinal);
    private readonly HashSet<string> _observed = new(StringComparer.Ordinal);

    private Fleet(OperatorStart start, OperatorProcess process) => (Start, Operator) = (start, process);

    /// <summary>How the operator was started.</summary>
    public OperatorStart Start { get; }
    public string Namespace => Start.Namespace;
    public OperatorProcess Operator { get; }

    /// <summary>The watch of the fleet's connectors.</summary>
    public ObjectWatch Connectors { get; private set; } = null!; // StartAsync sets it before it returns

    public static async Task<Fleet> StartAsync(
        BenchCluster cluster,
        string ns,
        IReadOnlyCollection<ConnectorDraft> drafts,
        CancellationToken ct
    )
    {
        var start = new OperatorStart(ns, "operator");
        var process = cluster.StartOperator(start);
        var fleet = new Fleet(start, process);
        fleet.Connectors = await ObjectWatch.StartAsync(cluster, BenchCluster.Connectors, ns, fleet.See, ct);
        await process.UntilReadyAsync(ct);
        await cluster.CreateConnectorsAsync(ns, drafts, ct);
        await fleet.Connectors.UntilAsync(
            () => fleet._observed.Count == drafts.Count,
            Limit,
            () => $"{drafts.Count} connectors to be observed; {fleet._observed.Count} are",
            ct
        );
        await process.UntilSettledAsync(drafts.Count, Limit, ct);
        return fleet;
    }

    /// <summary>The newest state of the connector from the watch.</summary>
    public KubeObject Newest(string name) => Connectors.Read(() => _newest[name]);

    /// <summary>Whether the status has the generation of the spec.</summary>
    public bool IsObserved(string name) => _observed.Contains(name);

    /// <summary>Whether the newest state from the watch is at least as new as the answer to a write.</summary>
    public bool IsAtLeast(string name, KubeObject written) => Generation(_newest[name]) >= Generation(written);

    public async ValueTask DisposeAsync()
    {
        await Connectors.DisposeAsync();
        await Operator.DisposeAsync();
    }

    private void See(Sighting sighting)
    {
        var item = sighting.Object;
        _newest[item.Name] = item;
        if (ObservedGeneration(item) == Generation(item))
        {
            _observed.Add(item.Name);
        }
        else
        {
            _observed.Remove(item.Name);
        }
    }

    private static long Generation(KubeObject item) =>
        item.Json.GetProperty("metadata").GetProperty("generation").GetInt64();

    private static long ObservedGeneration(KubeObject item) =>
        item.Json.TryGetProperty("status", out var status) && status.TryGetProperty("observedGeneration", out var seen)
            ? seen.GetInt64()
            : -1;
}
