using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>What the API server refuses is told in its own words.</summary>
public sealed class RefusedWriteStories
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Refused_writes_are_a_condition_beside_Ready()
    {
        var plan = Planner.Plan(
            Seen() with
            {
                RefusedWrites =
                [
                    new RefusedWrite("delete pod a", "no right"),
                    new RefusedWrite("delete pod b", "none"),
                ],
            }
        );

        Assert.Equal(
            "the API server refuses to delete pod a: no right; other writes are refused, too",
            ConditionOf(plan, Reasons.WritesRefused)?.Message
        );
        Assert.Equal("True", ConditionOf(plan, ConditionTypes.Ready)?.Status);
    }

    [Fact]
    public void Without_refused_writes_there_is_no_condition() =>
        Assert.Null(ConditionOf(Planner.Plan(Seen()), Reasons.WritesRefused));

    [Fact]
    public void Nothing_is_decided_while_the_record_can_not_be_written()
    {
        var plan = Planner.Plan(Seen() with { CommitRefusal = "exceeded quota" });

        Assert.False(plan.MustCommit);
        Assert.Empty(plan.Changes);
        Assert.Empty(plan.Events);
        var ready = ConditionOf(plan, ConditionTypes.Ready);
        Assert.Equal(
            (
                "False",
                Reasons.RecordRefused,
                "the API server refuses to write the record: nothing new is planned: exceeded quota"
            ),
            (ready?.Status, ready?.Reason, ready?.Message)
        );
    }

    [Fact]
    public void While_the_record_is_refused_what_the_committed_record_allows_is_deleted_all_the_same()
    {
        var world = A.SettledWorld();
        world.Connector = Keep(world.Connector, 9);
        world.Run(TimeSpan.FromMinutes(2));
        world.Connector = Keep(world.Connector, 0);
        var allowed = Planner.Plan(world.Observe() with { RecordTooLarge = "it is" });
        Given.That(allowed.Changes.OfType<Change.DeletePod>().Any(), "pods that may go");

        var plan = Planner.Plan(world.Observe() with { CommitRefusal = "exceeded quota: count/syncrecords" });

        Assert.Equal(allowed.Changes.Length, plan.Changes.Length);
        Assert.NotNull(plan.RolloutStatus);
    }

    private static MarketplaceConnector Keep(MarketplaceConnector connector, int slots) =>
        connector with
        {
            Spec = connector.Spec with
            {
                History = new HistoryLimits { Slots = slots, FailedRuns = 0 },
            },
        };

    private static Observation Seen() =>
        new()
        {
            Now = Noon,
            Connector = A.Connector(Noon, stores: 3),
            Record = new RecordSight.Fresh("id", Noon),
        };

    private static Condition? ConditionOf(Plan plan, string type) =>
        plan.ConnectorStatus.Conditions.SingleOrDefault(c => c.Type == type);
}
