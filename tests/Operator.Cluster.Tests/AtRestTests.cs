using System.Collections.Concurrent;
using Operator.Testing;

namespace Operator.Cluster.Tests;

public sealed class AtRestTests(TestCluster cluster) : ClusterStory(cluster, "rest")
{
    private const int WatchSeconds = 20;

    /// <summary>
    /// The operator's last check of finished pods is startingDeadline (15 s) + 13 s after their slot; 2 s are reserve. A slot without a run
    /// closes after 15 s, and its numbers are told 10 s later.
    /// </summary>
    private static readonly TimeSpan LastLook = TimeSpan.FromSeconds(15 + 13 + 2);

    [Fact]
    public async Task Nothing_is_written_while_every_connector_is_suspended()
    {
        // Three suspended connectors: one after its runs, one during an attempt, one with an invalid spec.
        var idle = A.ConnectorManifest("idle") with
        {
            StartingDeadline = "15s",
        };
        var underWay = idle with { Name = "under-way" };
        await Story.ApplyAsync(idle, Ct);
        await Story.ApplyAsync(underWay, Ct);
        await Story.ApplyAsync(A.RolloutManifest("under-way"), Ct);
        await Story.ApplyAsync(A.ConnectorManifest("invalid") with { Schedule = "0 0 31 2 *", Suspend = true }, Ct);
        await Story.AwaitEveryStoreAsync(underWay, ExampleWorker.Good, Ct);
        await Story.ChangeImageAsync("under-way", ExampleWorker.Better, Ct);
        await Story.AwaitRunsAsync("the candidate runs", runs => runs.Any(r => r.IsCandidate && r.HasStarted), Ct);
        await Story.AwaitEveryStoreAsync(idle, ExampleWorker.Good, Ct);
        await Story.SuspendAsync("idle", Ct);
        await Story.SuspendAsync("under-way", Ct);
        await Story.AwaitConditionAsync("idle", "Ready", "Suspended", Ct);
        await Story.AwaitConditionAsync("under-way", "Ready", "Suspended", Ct);
        await AwaitLastLookAsync();

        var lease = (await Cluster.Operator.LeaseAsync(Ct)).Text("metadata", "resourceVersion");
        var writes = await WatchEverythingAsync();

        Assert.True(writes.Count == 0, $"written at rest:\n{string.Join('\n', writes)}");
        Assert.NotEqual(lease, (await Cluster.Operator.LeaseAsync(Ct)).Text("metadata", "resourceVersion"));
    }

    private async Task AwaitLastLookAsync()
    {
        await Story.AwaitRunsAsync("every run has ended", runs => runs.All(r => r.HasEnded), Ct);
        // The last slot may have no run, and lies before the suspension.
        var last = TimeProvider.System.GetUtcNow() + LastLook;
        await Eventually.IsSoAsync(
            "the last look at finished pods is over",
            () => Task.FromResult(TimeProvider.System.GetUtcNow()),
            now => now > last,
            now => now.ToString("O"),
            Ct
        );
    }

    /// <summary>The changes of all objects that the operator could write, during one watch of <c>WatchSeconds</c>.</summary>
    private async Task<IReadOnlyCollection<string>> WatchEverythingAsync()
    {
        string[] resources =
        [
            $"{Kube.OurApi}/namespaces/{Story.Namespace}/marketplaceconnectors",
            $"{Kube.OurApi}/namespaces/{Story.Namespace}/syncrollouts",
            $"/api/v1/namespaces/{Story.Namespace}/pods",
            $"{Kube.OurApi}/namespaces/{Story.Namespace}/syncrecords",
            $"/apis/events.k8s.io/v1/namespaces/{Story.Namespace}/events",
        ];
        var writes = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            resources,
            new ParallelOptions { MaxDegreeOfParallelism = resources.Length, CancellationToken = Ct },
            async (resource, ct) =>
            {
                var from = (await Story.Kube.GetAsync(resource, ct)).Text("metadata", "resourceVersion");
                var watch = $"{resource}?watch=1&timeoutSeconds={WatchSeconds}&resourceVersion={from}";
                await foreach (var change in Story.Kube.WatchAsync(watch, ct))
                {
                    writes.Add($"{change.Type} {change.Object}");
                }
            }
        );
        return writes;
    }
}
