using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A worker that says of a store again and again that there is more to do, and does nothing.</summary>
public sealed class StuckBackfillTests(TestCluster cluster) : ClusterStory(cluster, "stuck")
{
    private const string Stuck = "seller-01";

    private const string Script =
        $$"""jq -c '{v: 1, s: [.stores[] | if .name == "{{Stuck}}" then {ok: 0, more: true} else {ok: 1} end]}' /sync/run.json >/dev/termination-log""";

    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task Three_runs_without_an_item_are_a_failure_of_the_store()
    {
        var connector = A.ConnectorManifest("stuck") with
        {
            Image = "ghcr.io/marketplace-operator/example-shell-worker:1.0",
            Stores = A.Stores(2),
            Schedule = "@every 60s",
            StartingDeadline = "50s",
            SyncExtra = $"command: [sh, -c]\n    args: [{JsonSerializer.Serialize(Script)}]",
        };
        await Story.ApplyAsync(connector, Ct);

        var failing = await Story.AwaitConditionAsync(connector.Name, "StoresFailing", "NoProgress", Ct);
        await Story.AwaitRunsAsync("a second due time began", runs => Occasions(runs).Count > 1, Ct);

        Assert.Contains($"'{Stuck}'", failing.Message);
        Assert.Equal(3, Occasions(Story.Runs)[0].Count(r => r.Stores.Contains(Stuck)));
        Assert.Single(Occasions(Story.Runs)[0], r => !r.Stores.SequenceEqual([Stuck]));
    }

    private static List<List<SeenRun>> Occasions(IEnumerable<SeenRun> runs) =>
        [
            .. runs.Where(r => r.Connector == "stuck")
                .OrderBy(r => r.FirstSeen)
                .GroupBy(r => r.Occasion)
                .Select(o => o.ToList()),
        ];
}
