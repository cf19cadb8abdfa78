using CsCheck;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests;

/// <summary>Random worlds with crashes, lost pods, clock jumps and new rollouts. CsCheck prints the seed of a failure.</summary>
public sealed class PlannerProperties
{
    private enum Fault
    {
        None,
        Crash,
        DeletePods,
        ReplaceRollout,
        Downtime,
        ClockBack,
        NewImage,
    }

    private static readonly Gen<(Fault Fault, int Amount)[]> Histories = Gen.Select(
        Gen.Frequency((12, Gen.Const(Fault.None)), (3, Gen.Const(Fault.Crash)), (1, Gen.Enum<Fault>())),
        Gen.Int[0, 5]
    ).Array[60, 200];

    [Fact]
    public void No_store_outside_the_committed_cohort_ever_runs_a_candidate() =>
        Histories.Sample(
            history =>
            {
                var world = Play(history, _ => { });
                foreach (var run in world.Runs.Where(r => r.Arm == Arm.Candidate))
                {
                    Assert.InRange(run.CohortThen, 1, 40);
                }
                var perAttemptAndCohort = world
                    .Runs.Where(r => r.Arm == Arm.Candidate)
                    .GroupBy(r => (r.Attempt, r.CohortThen));
                Assert.All(
                    perAttemptAndCohort,
                    g => Assert.InRange(g.SelectMany(r => r.Print.Stores).Distinct().Count(), 1, g.Key.CohortThen)
                );
            },
            iter: 60
        );

    [Fact]
    public void No_two_runs_of_one_store_and_flow_are_live_at_once_in_the_plan() =>
        Histories.Sample(
            history =>
                Play(
                    history,
                    world =>
                    {
                        var live = world
                            .Record.Plan("orders")
                            .Entries.Where(e => e.Result is null)
                            .SelectMany(e => e.Stores);
                        Assert.All(live.CountBy(s => s), s => Assert.Equal(1, s.Value));
                    }
                ),
            iter: 60
        );

    [Fact]
    public void An_applied_plan_is_a_fixed_point() =>
        Histories.Sample(
            history =>
                Play(
                    history,
                    world =>
                    {
                        world.Step();
                        var again = Planner.Plan(world.Observe());
                        Assert.False(again.MustCommit, again.Because);
                    }
                ),
            iter: 30
        );

    [Fact]
    public void Waking_is_always_in_the_future() =>
        Histories.Sample(
            history =>
                Play(
                    history,
                    world =>
                        Assert.True(
                            world.Last.WakeAt is null || world.Last.WakeAt > world.Now - TimeSpan.FromSeconds(1)
                        )
                ),
            iter: 20
        );

    private static World Play((Fault Fault, int Amount)[] history, Action<World> check)
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        var rollouts = 1;
        foreach (var (fault, amount) in history)
        {
            switch (fault)
            {
                case Fault.Crash:
                    world.Step(crashAfter: amount);
                    break;
                case Fault.DeletePods:
                    world.DeleteAllPods();
                    break;
                case Fault.ReplaceRollout:
                    world.Rollout = new RolloutSight.Present(A.Rollout($"rollout-{++rollouts}"));
                    break;
                case Fault.Downtime:
                    world.Now += TimeSpan.FromSeconds(20 * amount);
                    break;
                case Fault.ClockBack:
                    world.Now -= TimeSpan.FromSeconds(5 * amount);
                    break;
                case Fault.NewImage:
                    world.ShipImage(amount % 2 == 0 ? A.Better : A.Bad);
                    break;
            }
            world.Step();
            check(world);
            world.Now += TimeSpan.FromSeconds(1);
        }
        return world;
    }
}
