using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Failures;

/// <summary>Stores that a run left behind: their retries, their groups and their revision.</summary>
public sealed class LeftBehindStories
{
    [Fact]
    public void Tries_in_smaller_groups_after_anothers_crash_cost_no_retry_of_a_general_failure()
    {
        // The run of a to d fails alone of two others: local. One of its halves fails when most of the others have failed, too.
        ImmutableArray<Entry> runs =
        [
            Run(0, RunResult.Failed, "a", "b", "c", "d"),
            Run(1, RunResult.Succeeded, "e", "f"),
            Run(2, RunResult.Failed, "g", "h"),
            Run(3, RunResult.Failed, "a", "b"),
            Run(4, RunResult.Failed, "c", "d"),
        ];
        var occasion = new Occasion
        {
            Id = "s1",
            Retries = 1,
            Entries = runs,
        };
        var record = new ConnectorRecord { Revisions = new RevisionBook { StableHash = "r1" } }.With(
            "orders",
            new FlowPlan { Occasions = [occasion] }
        );
        var scope = FailureScope.Of(occasion, "r1", []);

        Assert.True(scope.IsLocal(runs[0]), "the crash is local");
        Assert.False(scope.IsLocal(runs[3]), "the second failure is general");
        Assert.True(Tries.Of(record, "orders", occasion).OwesRun("a"), "no retry was used yet");
    }

    [Fact]
    public void Stores_that_a_candidate_left_behind_run_on_stable_at_once_when_the_rollout_can_not_be_followed()
    {
        var world = A.SettledWorld();
        var policy = A.Rollout();
        var step = new RolloutStep { Stores = new StoreShare("50%"), MinDuration = new Duration("24h") };
        policy = policy with
        {
            Spec = policy.Spec with { Steps = [step], Evidence = policy.Spec.Evidence with { MinRuns = 1000 } },
        };
        world.Rollout = new RolloutSight.Present(policy);
        world.Connector = world.Connector.With(
            A.Flow() with
            {
                Schedule = "@every 60s",
                StartingDeadline = new Duration("40s"),
                MaxStoresPerRun = 5,
                MaxConcurrentRuns = 40,
            }
        );
        world.Versions[A.Better] = new Behaviour { ExitCode = 1, Duration = TimeSpan.FromSeconds(10) };
        world.Run(TimeSpan.FromSeconds(61));
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(150), w => w.Attempt is { HasStarted: true } && !w.HasLivePods);
        world.Runs.Clear();
        world.Run(TimeSpan.FromSeconds(70), w => w.Runs.Count(r => r.Arm == Arm.Candidate) >= 3);
        Given.That(world.Runs.Count(r => r.Arm == Arm.Candidate) >= 3, "candidate runs under way");
        var slot = world.Runs[^1].Print.Occasion;

        world.Rollout = new RolloutSight.Unusable("amazon-eu", "rollout-1", "no steps", policy);
        world.Run(TimeSpan.FromSeconds(35));

        var left = world
            .Runs.Where(r => r.Arm == Arm.Candidate && r.Print.Occasion == slot && r.Print.Stores.Length > 1)
            .SelectMany(r => r.Print.Stores);
        var again = world
            .Runs.Where(r => r.Arm == Arm.Stable && r.Print.Occasion == slot)
            .SelectMany(r => r.Print.Stores);
        Assert.Empty(left.Except(again));
    }

    [Fact]
    public void Stores_that_left_are_no_part_of_the_next_split()
    {
        var plan = new FlowPlan
        {
            Isolated =
            [
                new Isolation
                {
                    Store = "gone",
                    Revision = "r1",
                    Size = 1,
                },
            ],
            GeneralFailures =
            [
                new GeneralFailure
                {
                    Revision = "r1",
                    InARow = 3,
                    Split = ["gone", "b"],
                    Size = 1,
                },
            ],
        };

        var after = Isolations.Forget(plan, store => store != "gone");

        Assert.Empty(after.Isolated);
        Assert.DoesNotContain("gone", after.GeneralFailures[0].Split);
    }

    private static Entry Run(int index, RunResult? result, params ImmutableArray<string> stores) =>
        new()
        {
            Index = index,
            Revision = "r1",
            Stores = stores,
            Result = result,
            NotReached = result == RunResult.Failed ? stores : [],
        };
}
