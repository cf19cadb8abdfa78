using Operator.Api;
using Operator.Planning.Explaining;
using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Runs;

/// <summary>The runtime makes the container and can't start its command: the worker never ran.</summary>
public sealed class StartErrorStories
{
    [Theory]
    [InlineData(10)]
    [InlineData(1)]
    public void Its_stores_are_not_sent_to_a_log(int stores)
    {
        var lab = WithoutCommand(new PodLab(stores));

        lab.RunTo(lab.NextSlot.AddMinutes(3));

        var slot = Explanations
            .Answer(
                new StoreQuestion
                {
                    Connector = lab.Connector,
                    Record = lab.Record,
                    Store = "store-001",
                    Now = lab.Now,
                }
            )
            .Flows[0]
            .Slots[^1];
        Assert.Contains("/nope", slot.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("worker failed", slot.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("log", slot.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void It_made_no_calls_so_the_quota_gets_them_back()
    {
        const string api = "orders";
        var lab = WithoutCommand(new PodLab(10, f => f with { Uses = [new ApiUse { Api = api }] }));
        var quota = new Quota
        {
            Api = api,
            Rate = new Rate("1/1h"),
            Burst = 1,
        };
        lab.Connector = lab.Connector with
        {
            Spec = lab.Connector.Spec with { Marketplace = Marketplace.Custom, Quotas = [quota] },
        };

        var unlimited = WithoutCommand(new PodLab(10));

        lab.Run(TimeSpan.FromMinutes(16));
        unlimited.Run(TimeSpan.FromMinutes(16));

        Assert.Equal(unlimited.Created.Count, lab.Created.Count);
    }

    private static PodLab WithoutCommand(PodLab lab)
    {
        lab.Life = (pod, _) =>
            pod with
            {
                Phase = PodPhase.Failed,
                Container = new ContainerSight.Terminated(
                    128,
                    "StartError",
                    "exec: \"/nope\": no such file or directory",
                    DateTimeOffset.UnixEpoch,
                    pod.CreatedAt.AddSeconds(1)
                ),
            };
        return lab;
    }
}
