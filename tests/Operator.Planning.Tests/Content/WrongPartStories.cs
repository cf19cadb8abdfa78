using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;
using static Operator.Planning.Tests.Content.WrongSpecs;

namespace Operator.Planning.Tests.Content;

/// <summary>One wrong flow, quota or store stands still by itself, and what does not depend on it goes on with the present spec.</summary>
public sealed class WrongPartStories
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Each kind of wrong part: what it stops, of the flows orders and prices and the stores store-001 to store-004.</summary>
    public static TheoryData<string, string, string> Edits =>
        new()
        {
            { "an impossible schedule", "prices", "" },
            { "both kinds of day", "prices", "" },
            { "an unknown zone", "prices", "" },
            { "a timeout that is no duration", "prices", "" },
            { "no places", "prices", "" },
            { "a use of an unknown quota", "prices", "" },
            { "a quota that is no rate", "prices", "" },
            { "a quota that never suffices", "prices", "" },
            { "a quota that both exceed", "orders prices", "" },
            { "a quota that nobody uses", "", "" },
            { "a store with a bad site", "", "store-002" },
            { "a store twice", "", "store-002" },
            { "a store without a Secret's name", "", "store-002" },
        };

    [Theory]
    [MemberData(nameof(Edits))]
    public void A_wrong_part_stops_what_depends_on_it_and_nothing_else(string edit, string flows, string stores)
    {
        var world = Settled();
        var stoppedFlows = flows.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var stoppedStores = stores.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // Two of three flows are always right, so the whole is.
        world.Connector = world.Connector with
        {
            Spec = Wrong(world.Connector.Spec, edit),
        };

        world.Run(Minute);

        foreach (var flow in new[] { "orders", "prices", "stock" })
        {
            var runs = world.Runs.Where(r => r.Print.Flow == flow).ToList();
            Assert.Equal(!stoppedFlows.Contains(flow), runs.Count > 0);
            Assert.DoesNotContain(runs, r => r.Print.Stores.Intersect(stoppedStores).Any());
            Assert.All(runs, r => Assert.Equal(4 - stoppedStores.Length, r.Print.Stores.Length));
        }
        Assert.Equal((Reasons.InvalidSpec, "False"), (world.Ready().Reason, world.Ready().Status));
        Assert.Contains(world.Last.ConnectorStatus.Conditions, c => c is { Type: "Stalled", Reason: "InvalidSpec" });
        Assert.Single(world.Events, e => e is { Reason: Reasons.InvalidSpec, IsWarning: true });
        Assert.Equal(stoppedStores.Length, world.Last.ConnectorStatus.Stores.Invalid);
    }

    [Fact]
    public void The_rest_goes_on_with_the_present_spec()
    {
        var world = Settled();
        var spec = Wrong(world.Connector.Spec, "an impossible schedule");
        world.Connector = world.Connector with
        {
            Spec = spec with
            {
                Stores = spec.Stores.Add(new Store { Name = "store-005" }),
                Flows = [spec.Flows[0] with { Schedule = "@every 30s" }, .. spec.Flows.Skip(1)],
            },
        };

        world.Run(Minute);

        var orders = world.Runs.Where(r => r.Print.Flow == "orders").ToList();
        Assert.Equal(2, orders.Count);
        Assert.All(orders, r => Assert.Contains("store-005", r.Print.Stores));
    }

    [Fact]
    public void What_a_flow_missed_while_it_was_wrong_is_counted_with_its_cause_once_it_is_right()
    {
        var world = Settled();
        var right = world.Connector.Spec;
        world.Connector = world.Connector with { Spec = Wrong(right, "an impossible schedule") };
        world.Run(Minute);

        world.Connector = world.Connector with { Spec = right };
        world.Run(Minute);

        var missed = world.Record.Plan("prices");
        // Six due times of the former schedule, the newest of which can still start.
        Assert.InRange(missed.MissedSlots, 3, 6);
        Assert.Equal(missed.MissedSlots * 4, missed.MissedBy.InvalidSpec);
        Assert.Equal(missed.MissedStoreSyncs, missed.MissedBy.InvalidSpec);
        Assert.Contains(world.Runs, r => r.Print.Flow == "prices");
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        Assert.Equal("True", world.Ready().Status);
    }

    [Fact]
    public void What_a_wrong_store_misses_is_counted_on_each_due_time()
    {
        var world = Settled();
        world.Connector = world.Connector with { Spec = Wrong(world.Connector.Spec, "a store with a bad site") };

        world.Run(Minute);

        var plan = world.Record.Plan("orders");
        Assert.InRange(plan.MissedBy.InvalidSpec, 5, 6);
        Assert.Equal(plan.MissedBy.InvalidSpec, plan.MissedStoreSyncs);
        var trouble = Assert.Single(world.Last.ConnectorStatus.WorstStores, s => s.Flow == "orders");
        Assert.Equal(("store-002", "MissedByInvalidSpec"), (trouble.Name, trouble.Reason));
    }

    [Fact]
    public void A_run_of_a_flow_that_becomes_wrong_ends_by_itself_and_counts()
    {
        var world = Settled();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(6) };
        world.Run(Minute, w => w.HasLivePods && w.Runs[^1].Print.Flow == "prices");
        var (before, ended) = (world.Runs.Count(r => r.Print.Flow == "prices"), world.Ended.Count);
        world.Connector = world.Connector with { Spec = Wrong(world.Connector.Spec, "an impossible schedule") };

        world.Run(Minute);

        Assert.Equal(before, world.Runs.Count(r => r.Print.Flow == "prices"));
        Assert.All(
            world.Ended.Skip(ended).Where(e => e.Flow == "prices"),
            e => Assert.Equal(RunResult.Succeeded, e.Ending.Result)
        );
        Assert.DoesNotContain(world.Record.Plan("prices").Entries, e => e.Result is null);
    }

    [Fact]
    public void The_status_shows_the_flow_that_stands_still()
    {
        var world = Settled();
        world.Connector = world.Connector with { Spec = Wrong(world.Connector.Spec, "an impossible schedule") };

        world.Run(TimeSpan.FromSeconds(20));

        var flow = Assert.Single(world.Last.ConnectorStatus.Flows, f => f.Name == "prices");
        Assert.Equal(("Nothing", null), (flow.RunsOn, flow.NextSlot));
        Assert.StartsWith(
            "flow 'prices' stands still, and the rest goes on: spec.flows[1].schedule: '0 0 30 2 *' never fires",
            world.Ready().Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>Nothing is promoted without evidence of a flow that stands still.</summary>
    [Fact]
    public void A_rollout_waits_for_a_judged_flow_that_stands_still()
    {
        var world = Settled();
        world.Rollout = new RolloutSight.Present(A.Rollout());
        world.Step();
        world.Connector = world.Connector with { Spec = Wrong(world.Connector.Spec, "an impossible schedule") };
        world.ShipImage(A.Better);

        world.Run(10 * Minute);

        Assert.Equal(A.Better, world.Record.Revisions.Find(world.Attempt?.Revision)?.Sync.Image);
        Assert.Equal(0, world.Attempt!.Step); // it runs
        var attempt = world.Last.RolloutStatus!.Attempt!; // see above
        Assert.Equal((Reasons.FlowNotSeen, "Hold"), (attempt.Reason, attempt.Verdict));
        Assert.Contains("flow 'prices' stands still", attempt.Message, StringComparison.Ordinal);
        Assert.True(world.Runs.Count(r => r.Print.Flow == "orders") > 50, "the others go on");

        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Flows = [.. world.Connector.Spec.Flows.Select(f => f with { Schedule = "@every 10s" })],
            },
        };
        world.Run(10 * Minute, w => w.Attempt is null);

        Assert.Equal(A.Better, world.Record.Stable?.Sync.Image);
    }

    [Fact]
    public void The_place_of_a_wrong_store_in_a_cohort_passes_on()
    {
        var world = Settled(stores: 40);
        world.Rollout = new RolloutSight.Present(A.Rollout());
        world.Step();
        world.ShipImage(A.Better);
        world.Run(Minute, w => w.Attempt is { HasStarted: true });
        var place = world.Attempt!.Order[0]; // it runs
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Stores =
                [
                    .. world.Connector.Spec.Stores.Select(s => s.Name == place ? s with { Sites = ["no site!"] } : s),
                ],
            },
        };

        world.Run(10 * Minute, w => w.Attempt is null);

        Assert.Equal(A.Better, world.Record.Stable?.Sync.Image);
        Assert.Contains(world.Events, e => e.Reason == Reasons.PlacePassedOn && e.Message.Contains(place));
    }

    /// <summary>Wrong content waits as content of which a ConfigMap is missing does: what runs does not read it.</summary>
    [Theory]
    [InlineData("an image")]
    [InlineData("a variable")]
    [InlineData("parameters")]
    public void Wrong_content_stops_no_run_of_a_revision(string edit)
    {
        var world = Settled();
        world.Connector = world.Connector with { Spec = Wrong(world.Connector.Spec, edit) };

        world.Run(Minute);

        Assert.NotEmpty(world.Runs);
        Assert.Single(world.Record.Revisions.Items);
        Assert.Equal((Reasons.InvalidSpec, "False"), (world.Ready().Reason, world.Ready().Status));
        Assert.Contains("stores go on with their revisions", world.Ready().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("an image")]
    [InlineData("parameters")]
    public void A_connector_whose_first_content_is_wrong_runs_nothing(string edit)
    {
        var world = New(4);
        world.Connector = world.Connector with { Spec = Wrong(world.Connector.Spec, edit) };

        world.Run(Minute);

        Assert.Empty(world.Runs);
        Assert.Equal((Reasons.InvalidSpec, "False"), (world.Ready().Reason, world.Ready().Status));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Where_nothing_is_left_to_run_the_spec_is_wrong_as_a_whole(int flows)
    {
        var world = Settled();
        var spec = world.Connector.Spec;
        world.Connector = world.Connector with
        {
            Spec = spec with { Flows = [.. spec.Flows.Take(flows).Select(f => f with { Schedule = Impossible })] },
        };

        world.Run(Minute);

        Assert.Empty(world.Runs);
        Assert.StartsWith("spec.flows", world.Ready().Message, StringComparison.Ordinal);
    }
}
