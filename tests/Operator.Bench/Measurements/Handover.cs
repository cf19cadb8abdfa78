using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Runtime;

namespace Operator.Bench.Measurements;

/// <summary>
/// The time from asking the leader to stop, as a rolling update does, to the first commit of the other operator. Two runs of this per
/// rolling update of two replicas.
/// </summary>
internal sealed class Handover : IMeasurement
{
    private const int Connectors = 10;
    private const string Leading = "This replica leads";
    private const string Committed = "Committed record ";

    public string Name => "handover";
    public string What => "two operators, the leader stops gracefully";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var rounds = cluster.Options.Scaled(20, 3);
        var ns = await cluster.NamespaceAsync("handover", ct);
        var drafts = Enumerable
            .Range(0, Connectors)
            .Select(i => new ConnectorDraft(Manifests.NameOf(i), DueOnce.Daily(cluster.Time.GetUtcNow())));
        var leader = cluster.StartOperator(new OperatorStart(ns, "shared") { Identity = "replica-0" });
        try
        {
            await leader.NextLineAsync(Leading);
            await cluster.CreateConnectorsAsync(ns, drafts, ct);
            await leader.UntilSettledAsync(Connectors, TimeSpan.FromMinutes(2), ct);
            var (led, planned) = (new List<double>(), new List<double>());
            for (var round = 1; round <= rounds; round++)
            {
                var standby = cluster.StartOperator(new OperatorStart(ns, "shared") { Identity = $"replica-{round}" });
                (var former, leader) = (leader, standby);
                await using (former)
                {
                    await standby.UntilReadyAsync(ct);
                    var times = await StopAsync(cluster, ns, former, standby, ct);
                    led.Add(times.Led.TotalSeconds);
                    planned.Add(times.Planned.TotalSeconds);
                }
            }
            return [FigureOf(led, planned)];
        }
        finally
        {
            await leader.DisposeAsync();
        }
    }

    private static Figure FigureOf(List<double> led, List<double> planned) =>
        new(
            "handover.p99",
            "leader asked to stop to the other's first commit",
            Statistics.Percentile(planned, 0.99),
            "s",
            $"p99 of {planned.Count}, median {Statistics.Median(planned):0.0} s; leading after {Statistics.Median(led):0.0} s (median), {led.Max():0.0} s (longest)"
        );

    private sealed record Times(TimeSpan Led, TimeSpan Planned);

    private static async Task<Times> StopAsync(
        BenchCluster cluster,
        string ns,
        OperatorProcess leader,
        OperatorProcess standby,
        CancellationToken ct
    )
    {
        var (leads, commits) = (standby.NextLineAsync(Leading), standby.NextLineAsync(Committed));
        var key = new ObjectKey(ns, Manifests.NameOf(0));
        var connector =
            await cluster.Api.GetAsync(BenchCluster.Connectors, key, ct)
            ?? throw new BenchException($"connector {key} is gone");
        var start = cluster.Time.GetTimestamp();
        await leader.TerminateAsync(ct);
        // The former leader takes no new work, so the next one has something to commit.
        var changed = Manifests.WithImage(connector.Json, $"localhost/never-run:{connector.ResourceVersion}");
        await cluster.Api.ReplaceAsync(BenchCluster.Connectors, key, changed, ct);
        return new Times(
            cluster.Time.GetElapsedTime(start, await leads),
            cluster.Time.GetElapsedTime(start, await commits)
        );
    }
}
