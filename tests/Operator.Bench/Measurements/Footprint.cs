using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Runtime;

namespace Operator.Bench.Measurements;

/// <summary>A growing fleet. At each size, measures how long a new operator needs to sync its caches, and its memory.</summary>
internal sealed class Footprint : IMeasurement
{
    private const int PageSize = 500;
    private const int BareLists = 3;

    /// <summary>Workers of the operator that reconciles the new connectors first; not part of any figure.</summary>
    private const int GrowingWorkers = 16;
    private static readonly int[] Sizes = [100, 1000, 5000, 10_000];
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public string Name => "footprint";
    public string What => "memory and time to synced with up to 10,000 connectors";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var ns = await cluster.NamespaceAsync(Name, ct);
        var schedule = DueOnce.Daily(cluster.Time.GetUtcNow());
        var figures = new List<Figure>();
        var there = 0;
        foreach (var (size, full) in Sizes.Select(full => (cluster.Options.Scaled(full, 10), full)))
        {
            var drafts = Enumerable
                .Range(there, Math.Max(0, size - there))
                .Select(i => new ConnectorDraft(Manifests.NameOf(i), schedule));
            await GrowAsync(cluster, ns, drafts, size, ct);
            there = Math.Max(there, size);
            figures.AddRange(await MeasureAsync(cluster, ns, there, full, ct));
        }
        return figures;
    }

    /// <summary>Creates connectors and waits until each is observed and has a record.</summary>
    private static async Task GrowAsync(
        BenchCluster cluster,
        string ns,
        IEnumerable<ConnectorDraft> drafts,
        int size,
        CancellationToken ct
    )
    {
        var start = new OperatorStart(ns, $"growing-{size}") { Workers = GrowingWorkers };
        await using var process = cluster.StartOperator(start);
        await process.UntilReadyAsync(ct);
        await cluster.CreateConnectorsAsync(ns, drafts, ct);
        await process.UntilSettledAsync(size, Limit, ct);
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(
        BenchCluster cluster,
        string ns,
        int count,
        int full,
        CancellationToken ct
    )
    {
        var bare = new List<double>();
        for (var i = 0; i < BareLists; i++)
        {
            bare.Add(await BareListAsync(cluster, ns, count, ct));
        }
        await using var process = cluster.StartOperator(new OperatorStart(ns, $"measured-{count}"));
        var ready = await process.UntilReadyAsync(ct);
        var synced = cluster.Time.GetElapsedTime(process.StartedAt, ready).TotalMilliseconds;
        var whenSynced = process.Memory().Now;
        await process.UntilSettledAsync(count, Limit, ct);
        var settled = cluster.Time.GetElapsedTime(process.StartedAt).TotalSeconds;
        var calls = ApiCalls.Of(await process.MetricsAsync(ct));
        var (now, peak) = process.Memory();
        var list = Statistics.Median(bare);
        return
        [
            new Figure(
                $"memory.{full}",
                $"resident memory, {count} connectors, each looked at",
                now,
                "MiB",
                $"{whenSynced:0} when synced, {peak:0} at its highest"
            ),
            new Figure(
                $"sync.{full}.ratio",
                $"process start to caches synced, {count} connectors, against a bare paged list",
                synced / list,
                "x",
                $"{synced:0} ms / {list:0} ms, pages of {PageSize}; all looked at after {settled:0.0} s with {(calls.Reads + calls.Writes) / count:0.0} calls each"
            ),
        ];
    }

    private static async Task<double> BareListAsync(BenchCluster cluster, string ns, int count, CancellationToken ct)
    {
        var (http, api) = cluster.FreshClient();
        using (http)
        {
            var start = cluster.Time.GetTimestamp();
            var (listed, next) = (0, (string?)null);
            do
            {
                var options = new ListOptions { Limit = PageSize, Continue = next };
                var page = await api.ListAsync(BenchCluster.Connectors, ns, options, ct);
                (listed, next) = (listed + page.Items.Length, page.Continue);
            } while (next is not null);
            return listed == count
                ? cluster.Time.GetElapsedTime(start).TotalMilliseconds
                : throw new BenchException($"a bare list showed {listed} of {count} connectors");
        }
    }
}
