using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;
using static Operator.Planning.Tests.Content.WrongSpecs;

namespace Operator.Planning.Tests.Content;

/// <summary>What people ask of parts that stand still.</summary>
public sealed class WrongPartAskedStories
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData("RunNow of the flow")]
    [InlineData("RunNow of the store")]
    public void A_RunNow_of_what_stands_still_is_refused_with_the_reason(string asked)
    {
        var world = Settled();
        var isFlow = asked == "RunNow of the flow";
        world.Connector = world.Connector with
        {
            Spec = Wrong(world.Connector.Spec, isFlow ? "an impossible schedule" : "a store with a bad site"),
        };
        world.Do("now", isFlow ? A.RunNow("prices") : A.RunNow("orders", "store-002"));

        world.Run(TimeSpan.FromSeconds(3));

        Assert.Equal("Rejected", world.StatusOf("now").State);
        Assert.Contains("stands still", world.StatusOf("now").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_RunNow_of_all_runs_what_is_right()
    {
        var world = Settled();
        world.Connector = world.Connector with
        {
            Spec = Wrong(Wrong(world.Connector.Spec, "an impossible schedule"), "a store with a bad site"),
        };
        world.Do("now", A.RunNow());

        world.Run(TimeSpan.FromSeconds(8));

        var runs = world.Runs.Where(r => r.File.Reason == "RunNow").ToList();
        Assert.Equal(["orders", "stock"], runs.Select(r => r.Print.Flow).Order());
        Assert.All(runs, r => Assert.Equal(3, r.Print.Stores.Length));
    }

    [Fact]
    public void A_flow_that_stands_still_can_be_suspended_and_then_misses_nothing()
    {
        var world = Settled();
        var right = world.Connector.Spec;
        world.Connector = world.Connector with { Spec = Wrong(right, "an impossible schedule") };
        world.Do("stop", A.Suspend("prices"));
        world.Run(Minute);
        Assert.Equal("Applied", world.StatusOf("stop").State);

        world.Connector = world.Connector with { Spec = right };
        world.Do("go", A.Unsuspend("prices"));
        world.Run(Minute);

        Assert.Contains(world.Runs, r => r.Print.Flow == "prices");
        Assert.Equal(0, world.Record.Plan("prices").MissedStoreSyncs);
    }

    [Fact]
    public void A_wrong_store_of_a_list_stands_still_and_the_others_go_on_with_the_present_list()
    {
        var world = New(stores: 0);
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { StoresFrom = A.StoresFrom("eu/stores") },
        };
        world.StoreLists = [A.StoreList("eu/stores", "1", "a", "b", "c")];
        world.Run(TimeSpan.FromSeconds(25));
        world.Runs.Clear();
        var before = world.Record.Ledger("orders").Stores["b"].LastOkSlot;

        world.StoreLists =
        [
            A.StoreList("eu/stores", "2", "a", "c", "d") with
            {
                Wrong = ["b"],
                WrongBecause = "line 2: it is wrong",
            },
        ];
        world.Run(Minute);

        Assert.All(world.Runs, r => Assert.Equal(["a", "c", "d"], r.Print.Stores.Order()));
        Assert.InRange(world.Record.Plan("orders").MissedBy.InvalidSpec, 5, 6);
        Assert.Equal(before, world.Record.Ledger("orders").Stores["b"].LastOkSlot);
        var told = Assert.Single(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.StoreListBroken);
        Assert.Equal(
            "ConfigMap eu/stores: line 2: it is wrong; store 'b' stands still, and the others go on",
            told.Message
        );
        Assert.Equal("True", world.Ready().Status);

        // The ConfigMap is gone: the record knows that the store is wrong.
        world.StoreLists = [A.BrokenList("eu/stores", "it is gone")];
        world.Runs.Clear();
        world.Run(Minute);
        Assert.All(world.Runs, r => Assert.Equal(["a", "c", "d"], r.Print.Stores.Order()));

        world.StoreLists = [A.StoreList("eu/stores", "3", "a", "b", "c", "d")];
        world.Run(Minute);
        Assert.Contains(world.Runs, r => r.Print.Stores.Contains("b"));
    }

    [Fact]
    public void What_stands_still_writes_nothing_while_nothing_changes()
    {
        var world = Settled();
        var spec = Wrong(world.Connector.Spec, "an impossible schedule");
        world.Connector = world.Connector with
        {
            Spec = spec with
            {
                Flows = [.. spec.Flows.Select(f => f.Name == "prices" ? f : f with { Schedule = "0 0 1 1 *" })],
            },
        };
        world.Run(Minute);
        var status = world.Connector.Status;

        world.Now += TimeSpan.FromDays(2);
        var plan = world.Step();

        Assert.False(plan.MustCommit);
        Assert.Equal(status.Conditions, plan.ConnectorStatus.Conditions);
    }
}
