using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>Caches that are far behind have made other controllers create a pod twice.</summary>
public sealed class LaggingWatchStories : IDisposable
{
    private readonly OneOperator _operator = new(
        new DateTimeOffset(2026, 11, 24, 12, 0, 1, TimeSpan.Zero),
        _ => new PodScript { RunsFor = TimeSpan.FromSeconds(5), Message = WorkerReport.Of([WorkerReport.Store(10)]) },
        seed: 5
    );
    private readonly List<Planning.Facts.Fingerprint> _made = [];

    public LaggingWatchStories()
    {
        _operator.Cluster.Create(
            Kinds.Connectors,
            "shop",
            JsonNode
                .Parse(
                    """
                    {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector",
                     "metadata":{"name":"c","namespace":"shop"},
                     "spec":{"marketplace":"Custom","sync":{"image":"registry.example.com/sync:1"},
                             "stores":[{"name":"s1"},{"name":"s2"},{"name":"s3"}],
                             "flows":[{"name":"orders","schedule":"* * * * *","startingDeadline":"20s","startTimeout":"10s",
                                       "timeout":"15s","maxStoresPerRun":1}]}}
                    """
                )!
                .AsObject() // it is an object
        );
        _operator.Cluster.Changed = change =>
        {
            if (change is { Before: null, After: { } pod } && change.Type == CoreTypes.Pods)
            {
                _made.Add(Gathering.PodProjection.Of(new KubeObject(pod)).Pod.Fingerprint!); // our pods have one
            }
        };
        _operator.Start();
        _operator.RunFor(TimeSpan.FromMinutes(3));
        _made.Clear();
    }

    public void Dispose() => _operator.Dispose();

    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    public void However_far_the_watches_are_behind_no_store_runs_twice_on_one_occasion(int seconds)
    {
        _operator.WatchLag = TimeSpan.FromSeconds(seconds);

        _operator.RunFor(TimeSpan.FromMinutes(20));

        var twice = _made
            .SelectMany(p => p.Stores.Select(s => (p.Occasion, Store: s)))
            .GroupBy(p => p)
            .Where(g => g.Count() > 1)
            .Select(g => g.Key);
        Assert.Empty(twice);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    public void However_far_the_watches_are_behind_no_sync_is_missed(int seconds)
    {
        _operator.WatchLag = TimeSpan.FromSeconds(seconds);

        _operator.RunFor(TimeSpan.FromMinutes(20));

        var stores = _made.SelectMany(p => p.Stores.Select(s => (p.Occasion, Store: s))).Distinct().Count();
        Assert.InRange(stores, 57, 60);
    }
}
