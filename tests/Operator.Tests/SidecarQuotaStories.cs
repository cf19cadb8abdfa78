using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>
/// A ResourceQuota counts each pod that has not ended, and an injected sidecar keeps a pod from ending. Runs that are over must give
/// their place in the quota to the runs that wait for it.
/// </summary>
public sealed class SidecarQuotaStories
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Runs_that_are_over_keep_no_place_in_a_ResourceQuota(bool hasSidecar)
    {
        using var world = Fleet(hasSidecar);
        using var quota = world.LimitPods(4);

        world.RunTo(Noon.AddMinutes(28));

        Assert.Equal(0, world.MissedStoreSyncs);
    }

    /// <summary>Eight runs of five seconds each ten minutes, each with five minutes to start.</summary>
    private static OneConnector Fleet(bool hasSidecar)
    {
        var world = new OneConnector(
            Noon.AddSeconds(1),
            8,
            _ => TimeSpan.FromSeconds(5),
            """
            {"name":"orders","schedule":"*/10 * * * *","startingDeadline":"5m","timeout":"30s","maxStoresPerRun":1}
            """
        );
        if (hasSidecar)
        {
            world.Admission.Change(
                (type, item) =>
                {
                    if (type == CoreTypes.Pods)
                    {
                        var proxy = JsonNode.Parse("""{"name":"istio-proxy","image":"istio:1"}""");
                        item["spec"]!["containers"]!.AsArray().Add(proxy); // every pod has containers
                    }
                }
            );
        }
        return world;
    }
}
