using Operator.Api;
using Operator.Planning.Explaining;
using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Telling;

/// <summary>What is told of runs that ended badly while their stores were synced, and of stores of which a run tells too little.</summary>
public sealed class HealedRunStories
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(10);

    /// <summary>It reports every store, then hangs and ignores SIGTERM.</summary>
    [Theory]
    [InlineData(10, true)]
    [InlineData(1, false)]
    public void A_worker_that_hangs_after_its_work_is_told_and_the_connector_stays_ready(int perRun, bool saysFewer)
    {
        var lab = new PodLab(10, f => f with { Timeout = new Duration("30s"), MaxStoresPerRun = perRun });
        lab.Life = (pod, _) =>
            pod.IsGone || pod.Container is ContainerSight.Terminated ? pod
            : lab.Now <= pod.CreatedAt ? pod
            : pod with
            {
                Phase = PodPhase.Running,
                Container = new ContainerSight.Running(pod.CreatedAt.AddSeconds(1)),
            };
        lab.LastState = pod =>
            pod with
            {
                IsGone = true,
                IsDeleting = true,
                Phase = PodPhase.Failed,
                Container = new ContainerSight.Terminated(
                    137,
                    "Error",
                    PodLab.Report(pod.Fingerprint!.Stores.Length), // all pods here have one
                    pod.CreatedAt.AddSeconds(1),
                    lab.Now
                ),
            };

        lab.RunTo(lab.NextSlot.AddMinutes(3));

        Given.That(lab.Ended[0].Entry.Reason == Reasons.TimedOut, "a run that took too long");
        Assert.Equal("True", lab.Ready.Status);
        var failing = Assert.Single(lab.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.RunsFailing);
        Assert.Equal(saysFewer, failing.Message.Contains("maxStoresPerRun", StringComparison.Ordinal));
    }

    [Fact]
    public void Pods_that_others_delete_are_no_trouble_once_their_stores_are_synced()
    {
        var world = Deleted(reported: 2, startingDeadline: "9s");

        world.Run(Slot * 1.2);

        Given.That(world.Ended.Exists(e => e.Entry.Reason == Reasons.Deleted), "runs that were deleted");
        Given.That(world.Record.Plan("orders").MissedStoreSyncs == 0, "no sync that was missed");
        Assert.Null(world.Condition(Reasons.RunsFailing));
        Assert.DoesNotContain(world.Events, e => e.Reason == Reasons.Deleted);
    }

    [Fact]
    public void Else_the_cause_and_what_became_of_the_stores_is_told()
    {
        var world = Deleted(reported: 2, startingDeadline: "1s");

        world.Run(TimeSpan.FromSeconds(5));

        var told = world.Condition(Reasons.RunsFailing);
        Assert.Equal(Reasons.Deleted, told?.Reason);
        Assert.Contains("its pod was deleted by others", told?.Message, StringComparison.Ordinal);
        Assert.Contains(
            "of its 10 stores 2 were done, 0 ran again and were synced, and 8 were not",
            told?.Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>An equal event within ten minutes is only counted, and each attempt takes the same steps.</summary>
    [Fact]
    public void The_steps_of_two_attempts_are_told_in_other_words()
    {
        var world = A.SettledWorld();
        world.Rollout = new RolloutSight.Present(A.Rollout());
        foreach (var image in new[] { A.Better, A.Bad })
        {
            world.ShipImage(image);
            world.Run(TimeSpan.FromMinutes(30), until: w => w.Attempt is null && w.Record.Stable?.Sync.Image == image);
        }

        var steps = world.Events.Where(e => e.Reason == Reasons.StepStarted).Select(e => e.Message).ToList();
        Given.That(steps.Count >= 2, "steps of two attempts");
        Assert.Equal(steps.Count, steps.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void A_name_that_is_listed_twice_is_one_store_and_suspends_none()
    {
        var world = new World { ChecksSpec = true };
        var connector = A.Connector(world.Now, stores: 5);
        world.Connector = connector.WithStores(connector.Spec.Stores.Add(connector.Spec.Stores[0]));
        world.Run(Slot * 5);

        var stores = world.Last.ConnectorStatus.Stores;

        Assert.Equal((5, 4, 1, 0), (stores.Total, stores.Active, stores.Invalid, stores.Suspended));
        Assert.Equal(1, stores.Stale); // it is not synced
    }

    [Fact]
    public void Stores_that_get_nowhere_stay_told_from_one_due_time_to_the_next()
    {
        var world = Conditions.EveryFiveMinutes(f => f with { MaxStoresPerRun = 10 });
        world.Versions[A.Good] = new Behaviour { HasMore = true, Ok = 0 };
        world.RunWhatIsDue(TimeSpan.FromMinutes(7));
        Given.That(world.Condition(Reasons.StoresFailing)?.Reason == Reasons.NoProgress, "stores that get nowhere");
        var gaps = 0;

        world.RunWhatIsDue(TimeSpan.FromMinutes(11), w => gaps += w.Condition(Reasons.StoresFailing) is null ? 1 : 0);

        Assert.Equal(0, gaps);
    }

    [Fact]
    public void A_store_that_never_comes_to_an_end_is_told_by_the_CLI()
    {
        var world = Conditions.EveryFiveMinutes(f => f with { MaxStoresPerRun = 10 });
        world.Versions[A.Good] = new Behaviour { HasMore = true, Ok = 5 };

        world.RunWhatIsDue(TimeSpan.FromMinutes(8));

        var answer = Explanations.Answer(
            new StoreQuestion
            {
                Connector = world.Connector,
                Record = world.Record,
                Store = "store-001",
                Now = world.Now,
            }
        );
        Assert.Contains(
            answer.Flows[0].Now,
            s => s.Contains("it still had more to do after 21 runs", StringComparison.Ordinal)
        );
    }

    /// <summary>The command of stable is repaired while a due time of the old one is open.</summary>
    [Fact]
    public void What_the_revision_before_could_not_start_is_not_told_of_the_new_one()
    {
        var lab = new PodLab(4, f => f with { MaxStoresPerRun = 1 });
        lab.Life = (pod, draft) =>
            draft.Revision.Sync.Image != A.Good
                ? lab.Ordinary(pod, TimeSpan.FromSeconds(200))
                : pod with
                {
                    Container = new ContainerSight.Waiting("CreateContainerError", "no command specified"),
                };
        lab.RunTo(lab.NextSlot.AddSeconds(20));
        Given.That(lab.Ready.Status == "False", "a container that can't start");

        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Better });
        lab.Run(TimeSpan.FromSeconds(3));

        Assert.NotEqual("False", lab.Ready.Status);
    }

    /// <summary>A user deletes all pods in the middle of a due time, of which each run has ten stores.</summary>
    private static World Deleted(int reported, string startingDeadline)
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, stores: 40)
            .With(A.Flow() with { MaxStoresPerRun = 10, StartingDeadline = new Duration(startingDeadline) });
        world.Run(Slot * 2.5);
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(4) };
        world.Run(Slot, until: w => w.Now.Second % 10 == 2);
        world.Events.Clear();
        world.DeleteAllPods(reported);
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(2) };
        return world;
    }
}
