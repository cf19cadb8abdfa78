using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Runtime;

namespace Operator.Bench.Measurements;

/// <summary>
/// The time from sending a change of a spec to seeing its status, against the time from sending a change to seeing the change.
/// The two measurements alternate, one change at a time.
/// </summary>
internal sealed class Latency : IMeasurement
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public string Name => "latency";
    public string What => "a connector's spec is changed: time to its status";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var count = cluster.Options.Scaled(500, 20);
        var schedule = DueOnce.Daily(cluster.Time.GetUtcNow());
        ConnectorDraft[] drafts =
        [
            .. Enumerable.Range(0, count).Select(i => new ConnectorDraft(Manifests.NameOf(i), schedule)),
        ];
        await using var fleet = await Fleet.StartAsync(cluster, await cluster.NamespaceAsync(Name, ct), drafts, ct);
        var bare = await BareObjects.StartAsync(cluster, drafts, ct);
        await using var watching = bare.Watch;
        var (told, echoed) = (new List<double>(), new List<double>());
        foreach (var draft in drafts)
        {
            echoed.Add(await bare.ChangeAsync(draft.Name, ct));
            told.Add(await ChangeAsync(cluster, fleet, draft.Name, ct));
        }
        return [.. ((double[])[0.5, 0.95, 0.99]).SelectMany(share => FiguresOf(share, told, echoed))];
    }

    private static IEnumerable<Figure> FiguresOf(double share, List<double> told, List<double> echoed)
    {
        var name = $"p{share * 100:0}";
        var (value, bare) = (Statistics.Percentile(told, share), Statistics.Percentile(echoed, share));
        yield return new Figure(
            $"latency.{name}.ms",
            $"change to status, {name}",
            value,
            "ms",
            $"{told.Count} changes, one at a time; bare write to watch: {bare:0.0} ms"
        );
        yield return new Figure(
            $"latency.{name}.ratio",
            $"the same against a bare write seen on a watch, {name}",
            value / bare,
            "x",
            $"{value:0.0} ms / {bare:0.0} ms"
        );
    }

    private static async Task<double> ChangeAsync(BenchCluster cluster, Fleet fleet, string name, CancellationToken ct)
    {
        var json = Manifests.WithSuspend(fleet.Newest(name).Json, suspend: true);
        var start = cluster.Time.GetTimestamp();
        var key = new ObjectKey(fleet.Namespace, name);
        var changed = await cluster.Api.ReplaceAsync(BenchCluster.Connectors, key, json, ct);
        await fleet.Connectors.UntilAsync(
            () => fleet.IsObserved(name) && fleet.IsAtLeast(name, changed),
            Limit,
            () => $"the status of {key}",
            ct
        );
        return cluster.Time.GetElapsedTime(start).TotalMilliseconds;
    }

    /// <summary>The same objects in a namespace without an operator.</summary>
    private sealed class BareObjects(BenchCluster cluster, string ns)
    {
        private readonly Dictionary<string, KubeObject> _newest = new(StringComparer.Ordinal);

        public ObjectWatch Watch { get; private set; } = null!; // StartAsync sets it before it returns

        public static async Task<BareObjects> StartAsync(
            BenchCluster cluster,
            ConnectorDraft[] drafts,
            CancellationToken ct
        )
        {
            var ns = await cluster.NamespaceAsync("latency-bare", ct);
            var bare = new BareObjects(cluster, ns);
            bare.Watch = await ObjectWatch.StartAsync(
                cluster,
                BenchCluster.Connectors,
                ns,
                s => bare._newest[s.Object.Name] = s.Object,
                ct
            );
            await cluster.CreateConnectorsAsync(ns, drafts, ct);
            await bare.Watch.UntilAsync(() => bare._newest.Count == drafts.Length, Limit, () => "the bare objects", ct);
            return bare;
        }

        public async Task<double> ChangeAsync(string name, CancellationToken ct)
        {
            var json = Manifests.WithSuspend(Watch.Read(() => _newest[name]).Json, suspend: true);
            var start = cluster.Time.GetTimestamp();
            var changed = await cluster.Api.ReplaceAsync(BenchCluster.Connectors, new ObjectKey(ns, name), json, ct);
            await Watch.UntilAsync(
                () => _newest[name].ResourceVersion == changed.ResourceVersion,
                Limit,
                () => $"the change of {name}",
                ct
            );
            return cluster.Time.GetElapsedTime(start).TotalMilliseconds;
        }
    }
}
