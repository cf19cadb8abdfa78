using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Telling;

namespace Operator.Planning.Tests.Records;

/// <summary>A plan that could not be committed: only what the committed record allows is done.</summary>
public sealed class RecordTooLargeStories
{
    private const string Arithmetic = "part 'quotas' of the record takes about 528 KiB, at most 512 KiB fit";

    [Fact]
    public void Finished_pods_go_and_nothing_new_starts()
    {
        var world = AtASlot();
        var usual = Planner.Plan(world.Observe());
        Assert.NotEmpty(usual.Changes.OfType<Change.CreatePod>());

        var plan = Planner.Plan(world.Observe() with { RecordTooLarge = Arithmetic });

        Assert.NotEmpty(plan.Changes);
        Assert.All(plan.Changes, c => Assert.IsType<Change.DeletePod>(c));
        Assert.Subset(
            usual.Changes.OfType<Change.DeletePod>().ToHashSet(),
            plan.Changes.OfType<Change.DeletePod>().ToHashSet()
        );
        Assert.False(plan.MustCommit);
        Assert.Empty(plan.Events);
        Assert.Empty(plan.Folded);
    }

    [Fact]
    public void The_condition_has_the_arithmetic_and_a_remedy()
    {
        var plan = Planner.Plan(AtASlot().Observe() with { RecordTooLarge = Arithmetic });

        var ready = plan.ConnectorStatus.Conditions.First(c => c.Type == ConditionTypes.Ready);
        Assert.Equal(("False", Reasons.RecordTooLarge), (ready.Status, ready.Reason));
        Assert.StartsWith(Arithmetic, ready.Message, StringComparison.Ordinal);
        Assert.Contains("lower spec.history.slots", ready.Message, StringComparison.Ordinal);
        Assert.True(RecordSizes.IsTooLarge(plan.ConnectorStatus));
        Assert.NotNull(plan.RolloutStatus);
    }

    [Fact]
    public void Without_a_committed_record_nothing_is_deleted()
    {
        var world = AtASlot();
        var lost = new RecordSight.Lost("its head is gone", "new", world.Now, null, null);

        foreach (var sight in (RecordSight[])[new RecordSight.Fresh("new", world.Now), lost])
        {
            Assert.Empty(Planner.Plan(world.Observe() with { Record = sight, RecordTooLarge = Arithmetic }).Changes);
        }
    }

    [Theory]
    [InlineData("quotas", 524_289, "part 'quotas' of the record takes about 528 KiB, at most 512 KiB fit")]
    [InlineData("quotas", 540_672, "part 'quotas' of the record takes about 528 KiB, at most 512 KiB fit")]
    [InlineData("quotas", 540_673, "part 'quotas' of the record takes about 544 KiB, at most 512 KiB fit")]
    [InlineData(null, 2_000_000, "the list of the record's parts takes about 1968 KiB, at most 512 KiB fit")]
    public void Sizes_are_rounded_up_so_that_the_message_is_stable(string? part, int bytes, string expected) =>
        Assert.Equal(expected, RecordSizes.Arithmetic(part, bytes, 512 * 1024));

    /// <summary>A slot is due, and the pods of older slots may go since the history was shortened.</summary>
    private static World AtASlot()
    {
        var world = A.SettledWorld();
        Keep(world, slots: 9);
        world.Run(TimeSpan.FromMinutes(2));
        Keep(world, slots: 0);
        world.Now = DateTimeOffset.FromUnixTimeSeconds((world.Now.ToUnixTimeSeconds() / 10 * 10) + 10);
        return world;
    }

    private static void Keep(World world, int slots) =>
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                History = new HistoryLimits { Slots = slots, FailedRuns = 0 },
            },
        };
}
