using Operator.Bench.Reporting;
using Operator.Bench.World;

namespace Operator.Bench.Measurements;

/// <summary>Nothing is due and nothing changes: the operator should send no requests.</summary>
internal sealed class SteadyState : IMeasurement
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    public string Name => "steady";
    public string What => "connectors with nothing due: calls in a minute";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var count = cluster.Options.Scaled(1000, 20);
        var schedule = DueOnce.Daily(cluster.Time.GetUtcNow());
        await using var fleet = await Fleet.StartAsync(
            cluster,
            await cluster.NamespaceAsync(Name, ct),
            [.. Enumerable.Range(0, count).Select(i => new ConnectorDraft(Manifests.NameOf(i), schedule))],
            ct
        );
        await using var usage = await ApiUsage.StartAsync(cluster, fleet.Namespace, fleet.Operator, ct);
        var before = await usage.ReadAsync(ct);
        await Task.Delay(Window, cluster.Time, ct); // the minute that is measured
        var after = await usage.ReadAsync(ct);
        var calls = after.Since(before);
        var detail =
            $"{count} connectors in {Window.TotalSeconds:0} s, without the lease's {after.Renewals - before.Renewals} renewals";
        return
        [
            new Figure("steady.writes", "writes at steady state", calls.Writes, "", detail),
            new Figure("steady.reads", "reads at steady state", calls.Reads, "", detail),
        ];
    }
}
