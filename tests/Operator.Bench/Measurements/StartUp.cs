using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Runtime;

namespace Operator.Bench.Measurements;

/// <summary>A new operator without objects: its time to ready and its idle memory.</summary>
internal sealed class StartUp : IMeasurement
{
    private const int Renewals = 3;
    private static readonly ResourceType Rollouts = new(
        BenchCluster.Connectors.Group,
        BenchCluster.Connectors.Version,
        Api.ApiGroup.RolloutPlural
    );

    public string Name => "startup";
    public string What => "an operator without objects: start-up and idle memory";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var starts = cluster.Options.Scaled(7, 3);
        var ns = await cluster.NamespaceAsync("startup", ct);
        var (ready, bare) = (new List<double>(), new List<double>());
        var idle = 0.0;
        for (var i = 0; i < starts; i++)
        {
            bare.Add(await BareAsync(cluster, ns, ct));
            await using var process = cluster.StartOperator(new OperatorStart(ns, $"start-{i}"));
            var at = await process.UntilReadyAsync(ct);
            ready.Add(cluster.Time.GetElapsedTime(process.StartedAt, at).TotalMilliseconds);
            if (i == starts - 1)
            {
                idle = await IdleAsync(cluster, ns, process, ct);
            }
        }
        var (median, base_) = (Statistics.Median(ready), Statistics.Median(bare));
        return
        [
            new Figure("startup.ms", "process start to ready", median, "ms", $"median of {starts} starts"),
            new Figure(
                "startup.ratio",
                "the same against a bare client's first four lists",
                median / base_,
                "x",
                $"bare, new connection, one after the other: {base_:0} ms"
            ),
            new Figure(
                "idle.memory",
                "idle memory",
                idle,
                "MiB",
                $"resident, while leading, after {Renewals} renewals"
            ),
        ];
    }

    /// <summary>What any client must do to read the same objects: connect and list.</summary>
    private static async Task<double> BareAsync(BenchCluster cluster, string ns, CancellationToken ct)
    {
        var (http, api) = cluster.FreshClient();
        using (http)
        {
            var start = cluster.Time.GetTimestamp();
            foreach (
                var type in (ResourceType[])[BenchCluster.Connectors, Rollouts, CoreTypes.Pods, CoreTypes.ConfigMaps]
            )
            {
                await api.ListAsync(type, ns, new ListOptions { Limit = 500 }, ct);
            }
            return cluster.Time.GetElapsedTime(start).TotalMilliseconds;
        }
    }

    private static async Task<double> IdleAsync(
        BenchCluster cluster,
        string ns,
        OperatorProcess process,
        CancellationToken ct
    )
    {
        var renewals = 0;
        await using var leases = await ObjectWatch.StartAsync(cluster, CoreTypes.Leases, ns, _ => renewals++, ct);
        await leases.UntilAsync(
            () => renewals >= Renewals,
            TimeSpan.FromMinutes(1),
            () => $"{Renewals} renewals of the lease",
            ct
        );
        return process.Memory().Now;
    }
}
