using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Content;

/// <summary>Wrong parts of a spec, while runs are under way.</summary>
public sealed class WrongPartPairStories
{
    private const string Impossible = "0 0 30 2 *";

    /// <summary>The worker says that the day's calls are used up; its flow stands still for some seconds just then.</summary>
    [Fact]
    public void What_a_run_says_of_its_quota_counts_though_its_flow_stands_still()
    {
        var world = Settled(A.Flow(), A.Flow("prices") with { Uses = [new ApiUse { Api = "x" }] });
        var right = world.Connector.Spec;
        world.Versions[A.Good] = new Behaviour
        {
            Duration = TimeSpan.FromSeconds(6),
            ReportsAlso = "\"spent\":[\"x\"]",
        };
        world.Run(TimeSpan.FromSeconds(20), w => w.HasLivePods && w.Runs[^1].Print.Flow == "prices");
        world.Connector = world.Connector with { Spec = With(right, Impossible) };
        world.Run(TimeSpan.FromSeconds(9));
        Given.That(world.Record.Plan("prices").Entries.All(e => e.Result is not null), "no live run");
        world.Runs.Clear();

        world.Connector = world.Connector with { Spec = right };
        world.Run(TimeSpan.FromMinutes(1));

        Assert.DoesNotContain(world.Runs, r => r.Print.Flow == "prices");
        Assert.Contains(world.Runs, r => r.Print.Flow == "orders");
    }

    /// <summary>Other content ends the attempt, also content that is wrong. Once it is right again, an attempt begins and is promoted.</summary>
    [Fact]
    public void A_rollout_gets_on_after_its_content_was_wrong_for_some_seconds()
    {
        var world = Settled(A.Flow(), A.Flow("prices"));
        world.Rollout = new RolloutSight.Present(A.Rollout());
        world.Step();
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(2), w => w.Attempt is { HasStarted: true });
        Given.That(world.Attempt is { HasStarted: true }, "an attempt under way");

        world.ShipImage("no image!");
        world.Run(TimeSpan.FromSeconds(30));
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(10), w => w.Attempt is null);

        var superseded = world.Record.Attempts.History[^1];
        Assert.Equal(AttemptOutcome.Superseded, superseded.Outcome);
        Assert.DoesNotContain("ConfigMap", superseded.Message, StringComparison.Ordinal);
        Assert.Equal(A.Better, world.Record.Stable?.Sync.Image);
    }

    private static ConnectorSpec With(ConnectorSpec spec, string schedule) =>
        spec with
        {
            Flows = [.. spec.Flows.Select(f => f.Name == "prices" ? f with { Schedule = schedule } : f)],
        };

    private static World Settled(params IEnumerable<Flow> flows)
    {
        var world = new World { ChecksSpec = true };
        var connector = A.Connector(world.Now, stores: 20).With(flows);
        var quota = new Quota
        {
            Api = "x",
            PerDay = 10_000_000,
            Scope = QuotaScope.Application,
        };
        world.Connector = connector with
        {
            Spec = connector.Spec with { Marketplace = Marketplace.Custom, Quotas = [quota] },
        };
        world.Run(TimeSpan.FromSeconds(25));
        Given.That(world.Record.Revisions.StableIsProven, "a proven stable");
        Given.That(world.Ready().Status == "True", world.Ready().Message);
        return world;
    }
}
