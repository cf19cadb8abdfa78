using Operator.Api;
using Operator.Planning.Explaining;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;
using Operator.Planning.Tests.Content;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Due;

/// <summary>What a missed sync is said to be missed for, and what it is not.</summary>
public sealed class FalseCauseStories
{
    private const string Locked = "store-013";

    /// <summary>Others' runs keep the due time open until after the first pod is gone.</summary>
    [Fact]
    public void A_pod_that_was_deleted_before_its_start_is_no_run_that_takes_too_long()
    {
        var lab = new PodLab(
            2,
            f => f with { Schedule = "@every 30s", StartingDeadline = new Duration("10s"), MaxStoresPerRun = 1 }
        )
        {
            DeletedIsSeenByKubelet = false,
        };
        lab.RunTo(lab.NextSlot);
        var first = lab.Now;
        lab.Life = (pod, _) =>
            pod.Fingerprint!.Stores[0] == "store-002" ? Pruned(lab.Ordinary(pod, TimeSpan.FromSeconds(25))) // all pods here have one
            : pod.CreatedAt > first ? Pruned(lab.Ordinary(pod, TimeSpan.FromSeconds(2)))
            : pod with
            {
                Container = new ContainerSight.Waiting("ContainerCreating", ""),
                IsDeleting = lab.Now > first.AddSeconds(5),
                EndAskedAt = lab.Now > first.AddSeconds(5) ? first.AddSeconds(5) : null,
                IsGone = lab.Now > first.AddSeconds(42),
            };

        lab.RunTo(first.AddSeconds(75));

        Given.That(lab.Flow.MissedStoreSyncs > 0, "syncs that are missed");
        Assert.Equal(lab.Flow.MissedStoreSyncs, lab.Flow.MissedBy.Infra);
    }

    [Fact]
    public void A_due_time_that_closes_after_the_end_of_a_pause_was_missed_for_the_pause()
    {
        var world = LockedWorld();
        world.Connector = world.Connector.With(A.Flow() with { StartingDeadline = new Duration("3s") });
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(7) };
        world.Run(TimeSpan.FromSeconds(30));
        world.Run(TimeSpan.FromSeconds(20), until: w => w.Now.Second % 10 == 5);
        Given.That(world.Record.Pauses.Auth.ContainsKey(Locked), "a pause");

        world.Do("again", A.RunNow("orders", Locked));
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Empty(world.Record.Pauses.Auth);
        Assert.Equal(0, world.Record.Plan("orders").MissedBy.Unknown);
        Assert.Equal(0, world.Record.Plan("orders").MissedBy.Concurrency);
        Assert.Empty(world.Record.Pauses.Ended);
    }

    [Fact]
    public void A_store_that_pauses_waits_for_the_end_of_its_pause_and_not_for_its_turn()
    {
        var world = LockedWorld();
        var until = world.Record.Pauses.Auth[Locked].Until;
        world.Versions[A.Good] = new Behaviour();
        world.Run(TimeSpan.FromMinutes(5), until: w => w.Now >= until.AddSeconds(-1.5));

        var now = Ask(world, Locked).Flows[0].Now;

        Assert.Contains(now, s => s.Contains("waits for its pause to end", StringComparison.Ordinal));
        Assert.DoesNotContain(now, s => s.Contains("its turn", StringComparison.Ordinal));
    }

    [Fact]
    public void A_flow_that_came_with_new_content_is_missed_for_the_pilot_that_does_not_start()
    {
        var world = A.SettledWorld();
        world.Rollout = new RolloutSight.Present(A.Rollout());
        world.Connector = world.Connector.With(A.Flow(), A.Flow("prices"));
        world.ShipImage(A.Bad);
        world.Refusal = null;
        world.Versions[A.Bad] = new Behaviour { CanStart = false };
        world.Run(TimeSpan.FromSeconds(4));
        Given.That(world.Attempt is { HasStarted: false }, "an attempt");

        world.Run(TimeSpan.FromMinutes(3));

        var prices = world.Record.Plan("prices");
        Assert.Equal(0, prices.MissedBy.Unknown);
        var outside = Ask(world, "store-040").Flows.FirstOrDefault(f => f.Flow == "prices")?.Slots ?? [];
        Assert.DoesNotContain(outside, s => s.Why.Contains("requested", StringComparison.Ordinal));
    }

    [Fact]
    public void Nobody_requests_a_due_time_of_the_schedule()
    {
        var slot = OutcomeWords.WhyOf(StoreOutcome.NotMeant, OccasionKind.Slot);

        Assert.Contains("new content", slot, StringComparison.Ordinal);
        Assert.Contains(
            "requested",
            OutcomeWords.WhyOf(StoreOutcome.NotMeant, OccasionKind.RunNow),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_store_that_stands_still_does_not_wait_for_its_turn()
    {
        var world = WrongSpecs.Settled();
        world.Connector = world.Connector with
        {
            Spec = WrongSpecs.Wrong(world.Connector.Spec, "a store with a bad site"),
        };
        world.Run(TimeSpan.FromSeconds(11.5));

        var answer = Ask(world, "store-002");

        Assert.Contains(answer.Now, s => s.Contains("the store stands still", StringComparison.Ordinal));
        Assert.All(
            answer.Flows,
            f => Assert.DoesNotContain(f.Now, s => s.Contains("due since", StringComparison.Ordinal))
        );
    }

    private static ObservedPod Pruned(ObservedPod pod) =>
        pod is { IsDeleting: true, Container: ContainerSight.Terminated } ? pod with { IsGone = true } : pod;

    private static World LockedWorld()
    {
        var world = A.SettledWorld();
        world.Versions[A.Good] = new Behaviour { LockedOut = [Locked] };
        world.Run(TimeSpan.FromSeconds(20), until: w => w.Record.Pauses.Auth.ContainsKey(Locked));
        Given.That(world.Record.Pauses.Auth.ContainsKey(Locked), "a pause");
        return world;
    }

    private static StoreAnswer Ask(World world, string store) =>
        Explanations.Answer(
            new StoreQuestion
            {
                Connector = world.Connector,
                Record = world.Record,
                Store = store,
                Now = world.Now,
            }
        );
}
