using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A namespace with a healthy connector. Tests add broken connectors beside it.</summary>
public sealed class Neighbourhood(TestCluster cluster) : IAsyncLifetime
{
    private static readonly ConnectorManifest Neighbour = A.ConnectorManifest("neighbour") with
    {
        Stores = A.Stores(3),
    };
    private Story? _story;

    internal Story Story => _story ?? throw new InvalidOperationException("the story has not begun");

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        _story = await Story.BeginAsync(cluster, "neighbours", ct);
        await _story.ApplyAsync(Neighbour, ct);
        await _story.AwaitEveryStoreAsync(Neighbour, ExampleWorker.Good, ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (_story is not null)
        {
            await _story.DisposeAsync();
        }
    }

    /// <summary>Waits until all stores of the neighbour succeed in a slot after this call.</summary>
    internal Task AwaitNeighbourGoesOnAsync(CancellationToken ct)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return Story.AwaitRunsAsync(
            "the neighbour's stores succeed in a later slot",
            runs =>
                runs.Any(r =>
                    r.Connector == Neighbour.Name
                    && r.Slot >= now
                    && r.Succeeded
                    && r.Log.Length == Neighbour.Stores.Length
                ),
            ct
        );
    }

    /// <summary>Writes the whole state when the test failed, and deletes all connectors and rollouts except the neighbour.</summary>
    internal async Task EndTestAsync()
    {
        var ct = CancellationToken.None; // the test is over
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(await Story.DescribeAsync(ct));
        }
        var all = await Story.KubectlAsync(ct, "get", "mpc,syr", "-o", "name");
        string[] visitors =
        [
            .. all.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(n => !n.EndsWith($"/{Neighbour.Name}", StringComparison.Ordinal)),
        ];
        if (visitors.Length > 0)
        {
            await Story.KubectlAsync(ct, ["delete", .. visitors]);
        }
    }
}
