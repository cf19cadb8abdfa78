using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Planning.Tests;

/// <summary>A connector for which nothing may be planned says why, and nothing is written but its status.</summary>
public sealed class StandStillStories
{
    private readonly World _world = A.SettledWorld();

    [Fact]
    public void Under_a_foreign_object_of_the_records_name_nothing_is_planned()
    {
        var plan = Planner.Plan(Due() with { Record = new RecordSight.Foreign("SyncRecord shop/record-amazon-eu") });

        ExpectStandstill(plan);
        Assert.Equal(
            (
                "False",
                Reasons.RecordForeign,
                "SyncRecord shop/record-amazon-eu has the name of the connector's record but is not the operator's: nothing new is planned; delete it, or delete this connector and create one with another name"
            ),
            Ready(plan)
        );
    }

    [Fact]
    public void An_invalid_spec_is_told_before_a_foreign_object()
    {
        var seen = Due() with { Record = new RecordSight.Foreign("x"), ConnectorFindings = ["spec.flows: none"] };

        Assert.Equal(Reasons.InvalidSpec, Ready(Planner.Plan(seen)).Reason);
    }

    [Theory]
    [InlineData("", "the connector is being deleted: nothing new is run, live runs end by themselves")]
    [InlineData(
        "a.example/keep,b.example/hold",
        "the connector is being deleted and waits for the finalizers 'a.example/keep', 'b.example/hold' of others: nothing new is run, live runs end by themselves"
    )]
    public void A_connector_that_is_being_deleted_says_so_and_runs_nothing_new(string finalizers, string message)
    {
        Delete(finalizers);

        var plan = Planner.Plan(Due());

        ExpectStandstill(plan);
        Assert.Equal(("False", Reasons.BeingDeleted, message), Ready(plan));
    }

    /// <summary>Each pair: what else would be told of the connector, and what would start runs.</summary>
    [Theory]
    [InlineData("suspended")]
    [InlineData("invalid")]
    [InlineData("foreign")]
    [InlineData("skewed")]
    [InlineData("run-now")]
    [InlineData("new content")]
    public void Being_deleted_is_told_before_anything_else(string other)
    {
        Delete("a.example/keep");
        var seen = Due();
        seen = other switch
        {
            "suspended" => With(seen, seen.Connector.Spec with { Suspend = true }),
            "invalid" => seen with { ConnectorFindings = ["spec.flows: none"] },
            "foreign" => seen with { Record = new RecordSight.Foreign("x") },
            "skewed" => seen with { IsClockSkewed = true },
            "run-now" => seen with { Actions = [A.Action("now", A.RunNow(), seen.Now, "now-1")] },
            _ => With(seen, seen.Connector.Spec with { Sync = seen.Connector.Spec.Sync with { Image = A.Better } }),
        };

        var plan = Planner.Plan(seen);

        ExpectStandstill(plan);
        Assert.Equal(Reasons.BeingDeleted, Ready(plan).Reason);
    }

    [Fact]
    public void Once_it_is_planned_with_the_status_says_so_until_something_changes()
    {
        Delete("a.example/keep");
        var first = Planner.Plan(Due());
        _world.Connector = _world.Connector with { Status = first.ConnectorStatus };
        _world.Now += TimeSpan.FromMinutes(10);

        var later = Planner.Plan(_world.Observe());

        Assert.Equal(first.ConnectorStatus.Conditions, later.ConnectorStatus.Conditions);
    }

    [Fact]
    public void Stores_that_are_lost_while_it_is_being_deleted_do_not_change_the_status_again_and_again()
    {
        Delete("a.example/keep");
        _world.Connector = _world.Connector with { Spec = _world.Connector.Spec with { Stores = [] } };
        var first = Planner.Plan(Due());
        _world.Connector = _world.Connector with { Status = first.ConnectorStatus };

        var later = Planner.Plan(Due());

        Assert.Equal(first.ConnectorStatus.Conditions, later.ConnectorStatus.Conditions);
    }

    private static Observation With(Observation seen, ConnectorSpec spec) =>
        seen with
        {
            Connector = seen.Connector with { Spec = spec },
        };

    private void Delete(string finalizers) =>
        _world.Connector = _world.Connector with
        {
            Metadata = _world.Connector.Metadata with
            {
                DeletionTimestamp = _world.Now,
                Finalizers = [.. finalizers.Split(',', StringSplitOptions.RemoveEmptyEntries)],
            },
        };

    /// <summary>The observation at an instant at which runs are due.</summary>
    private Observation Due()
    {
        _world.Now += TimeSpan.FromSeconds(10);
        return _world.Observe();
    }

    private static void ExpectStandstill(Plan plan)
    {
        Assert.False(plan.MustCommit);
        Assert.False(plan.Widens);
        Assert.Empty(plan.Changes);
        Assert.Empty(plan.Events);
        Assert.Null(plan.WakeAt);
    }

    private static (string Status, string Reason, string Message) Ready(Plan plan)
    {
        var ready = plan.ConnectorStatus.Conditions.Single(c => c.Type == ConditionTypes.Ready);
        return (ready.Status, ready.Reason, ready.Message);
    }
}
