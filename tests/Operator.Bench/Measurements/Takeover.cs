using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Runtime;

namespace Operator.Bench.Measurements;

/// <summary>The time from killing the leader to the first commit of the other operator.</summary>
internal sealed class Takeover : IMeasurement
{
    private const int Connectors = 10;
    private const string Leading = "This replica leads";
    private const string Committed = "Committed record ";

    public string Name => "takeover";
    public string What => "two operators, the leader killed";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var rounds = cluster.Options.Scaled(3, 1);
        var ns = await cluster.NamespaceAsync("takeover", ct);
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
                    var times = await KillAsync(cluster, ns, former, standby, ct);
                    led.Add(times.Led.TotalSeconds);
                    planned.Add(times.Planned.TotalSeconds);
                }
            }
            return
            [
                new Figure(
                    "takeover.seconds",
                    "leader killed to the other's first commit",
                    planned.Max(),
                    "s",
                    $"longest of {rounds}; leading after {led.Max():0.0} s, of which the lease's own duration is 15 s"
                ),
            ];
        }
        finally
        {
            await leader.DisposeAsync();
        }
    }

    private sealed record Times(TimeSpan Led, TimeSpan Planned);

    private static async Task<Times> KillAsync(
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
        leader.Kill();
        // The spec changes while no operator leads, so the next leader has something to commit.
        var changed = Manifests.WithImage(connector.Json, $"localhost/never-run:{connector.ResourceVersion}");
        await cluster.Api.ReplaceAsync(BenchCluster.Connectors, key, changed, ct);
        return new Times(
            cluster.Time.GetElapsedTime(start, await leads),
            cluster.Time.GetElapsedTime(start, await commits)
        );
    }
}
