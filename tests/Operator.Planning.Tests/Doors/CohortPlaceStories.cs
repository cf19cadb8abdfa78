using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Doors;

/// <summary>Stores that leave, are suspended, pause, join or come back during the steps of a rollout.</summary>
public sealed class CohortPlaceStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(20);

    [Fact]
    public void The_place_of_a_store_that_left_is_taken_by_the_next()
    {
        var (world, first) = OneStoreInTheFirstStep();
        var next = world.Attempt!.Order[1];

        world.Connector = world.Connector.WithStores(world.Connector.Spec.Stores.Where(s => s.Name != first));
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal([next], CandidateStores(world));
        var told = Assert.Single(world.Events, e => e.Reason == Reasons.PlacePassedOn);
        Assert.Contains($"the place of store '{first}', which is gone, passes to '{next}'", told.Message);
        Assert.Equal((1, 40), (world.Attempt!.Cohort, world.Attempt.Order.Length));
    }

    [Fact]
    public void The_place_of_a_store_that_is_suspended_is_taken_by_the_next()
    {
        var (world, first) = OneStoreInTheFirstStep();
        var next = world.Attempt!.Order[1];

        world.Do("away", A.Suspend("", first));
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal([next], CandidateStores(world));
        Assert.Equal(first, world.Attempt!.Order[^1]);
    }

    [Fact]
    public void A_place_passes_on_after_more_than_two_due_times_of_the_least_frequent_flow()
    {
        var (world, first) = OneStoreInTheFirstStep(A.Flow(), A.Flow("prices") with { Schedule = "@every 1m" });

        world.Do("away", A.Suspend("", first));
        world.Run(TimeSpan.FromSeconds(119));
        var before = world.Attempt!.Order[0];
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(first, before);
        Assert.NotEqual(first, world.Attempt!.Order[0]);
    }

    [Fact]
    public void A_store_that_comes_back_in_time_keeps_its_place()
    {
        var (world, first) = OneStoreInTheFirstStep();

        world.Do("away", A.Suspend("", first));
        world.Run(TimeSpan.FromSeconds(15));
        world.Do("back", A.Unsuspend("", first));
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal([first], CandidateStores(world));
        Assert.DoesNotContain(world.Events, e => e.Reason == Reasons.PlacePassedOn);
    }

    [Fact]
    public void Without_live_reads_no_place_passes_on()
    {
        var (world, first) = OneStoreInTheFirstStep();

        world.LiveReadFailure = "the server does not answer";
        world.Do("away", A.Suspend("", first));
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(first, world.Attempt!.Order[0]);
        Assert.True(world.Last.IsHeldBack);
    }

    [Fact]
    public void A_store_that_pauses_before_any_run_of_the_candidate_gives_its_place_away()
    {
        var (world, first) = OneStoreInTheFirstStep();
        LockOut(world, first);

        world.Run(TimeSpan.FromSeconds(60));

        Assert.NotEqual(first, world.Attempt!.Order[0]);
        Assert.DoesNotContain(first, CandidateStores(world));
    }

    /// <summary>A version that burns single-use tokens would walk through all stores.</summary>
    [Fact]
    public void A_store_that_ran_the_candidate_and_pauses_keeps_its_place_and_the_step_holds()
    {
        var (world, first) = OneStoreInTheFirstStep();
        world.Run(TimeSpan.FromSeconds(30), w => w.Record.Ledger("orders").Stores[first].CandidateFrom is not null);
        Assert.Equal([first], CandidateStores(world));
        LockOut(world, first);

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal([first], CandidateStores(world));
        Assert.Equal(first, world.Attempt!.Order[0]);
        Assert.Equal(("Hold", Reasons.CohortPaused), Verdict(world));
    }

    [Fact]
    public void A_cohort_without_stores_that_nobody_can_replace_says_so()
    {
        var world = A.SettledWorld();
        world.Rollout = Worlds.Steps("100%");
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(2));

        world.Connector = world.Connector.WithStores(
            world.Connector.Spec.Stores.Select(s => s with { Suspend = true })
        );
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(("Hold", Reasons.CohortAway), Verdict(world));
    }

    [Fact]
    public void Stores_that_come_back_in_the_last_step_are_in_the_cohort_before_the_promotion()
    {
        var world = InTheLastStepWithTwoOfForty();

        world.Do("back", A.Unsuspend());
        world.Run(Long, w => w.Attempt is null);

        var ended = world.Record.Attempts.History[0];
        Assert.Equal((AttemptOutcome.Promoted, 40, 40), (ended.Outcome, ended.Cohort, ended.Stores));
        Assert.Single(world.Events, e => e.Reason == Reasons.StoresAppended);
    }

    /// <summary>The stores were in the order and away during all steps: their places are in the last step's cohort.</summary>
    [Fact]
    public void Stores_that_were_away_during_the_steps_run_the_candidate_before_it_is_promoted()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(2), w => w.Attempt is not null);
        var cohort = world.Attempt!.Order.Take(2).ToList();
        world.Do("away", A.Suspend("", [.. world.Attempt.Order.Skip(2)]));
        world.Run(Long, w => w.Attempt is { Step: 2 } && w.Trial().Candidate.Runs > 0);
        Assert.Equal(cohort.Order(), CandidateStores(world).Order());

        world.Do("back", A.Unsuspend());
        world.Run(TimeSpan.FromSeconds(2));
        var held = world.Attempt;
        world.Run(Long, w => w.Attempt is null);

        Assert.NotNull(held);
        Assert.Equal(AttemptOutcome.Promoted, world.Record.Attempts.History[0].Outcome);
        Assert.True(CandidateStores(world).Count > cohort.Count, "the stores that came back ran the candidate");
    }

    [Fact]
    public void An_appended_store_that_can_not_run_is_waited_for_one_dwell()
    {
        var world = InTheLastStepWithTwoOfForty();
        var locked = world.Connector.Spec.Stores[^1].Name;
        world.Versions[A.Better] = new Behaviour { Skips = locked };

        world.Do("back", A.Unsuspend());
        world.Run(Long, w => w.Attempt is null);

        Assert.Equal(AttemptOutcome.Promoted, world.Record.Attempts.History[0].Outcome);
    }

    [Theory]
    [InlineData(1, 1, 41)] // one of 42 is less than 5 %, a second time
    [InlineData(1, 3, 44)]
    [InlineData(5, 1, 46)]
    public void Few_stores_that_join_are_appended_once_only(int first, int then, int cohort)
    {
        var world = A.SettledWorld();
        world.Rollout = Worlds.Steps("100%");
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(2), w => w.Attempt is not null);

        Join(world, first, "late");
        world.Run(Long, w => w.Events.Any(e => e.Reason == Reasons.StoresAppended));
        Join(world, then, "later");
        world.Run(Long, w => w.Attempt is null);

        var ended = world.Record.Attempts.History[0];
        Assert.Equal((AttemptOutcome.Promoted, cohort), (ended.Outcome, ended.Cohort));
    }

    /// <summary>Whoever goes away and comes back, in whatever step: the candidate reaches no more stores than its step has.</summary>
    [Fact]
    public void However_stores_pause_the_candidate_reaches_no_more_stores_than_its_step_has()
    {
        for (var seed = 0; seed < 8; seed++)
        {
            var (world, random) = (A.SettledWorld(), new Random(seed));
            world.Rollout = new RolloutSight.Present(
                A.Rollout() with
                {
                    Spec = A.Rollout().Spec with
                    {
                        Steps = [new RolloutStep { Stores = new StoreShare("4"), MinDuration = new Duration("1h") }],
                    },
                }
            );
            world.ShipImage(A.Better);
            var names = world.Connector.Spec.Stores.Select(s => s.Name).ToList();
            for (var i = 0; i < 12; i++)
            {
                var locked = names.Where(_ => random.Next(3) == 0).ToImmutableHashSet();
                world.Versions[A.Good] = new Behaviour { LockedOut = locked };
                world.Versions[A.Better] = new Behaviour { LockedOut = locked };
                // While the rollout can't be followed, its cohort runs stable, and its stores may begin to pause.
                var rollout = world.Rollout;
                world.Rollout = new RolloutSight.Unusable("amazon-eu", "rollout-1", "steps shrink", A.Rollout());
                world.Run(TimeSpan.FromSeconds(random.Next(5, 20)));
                world.Rollout = rollout;
                world.Run(TimeSpan.FromSeconds(random.Next(5, 60)));
            }

            Assert.InRange(CandidateStores(world, attempt: 1).Count, 0, 4);
        }
    }

    /// <summary>An attempt whose first step has one store, and the name of the store. The candidate has not run.</summary>
    private static (World World, string First) OneStoreInTheFirstStep(params Flow[] flows)
    {
        var world = A.SettledWorld();
        if (flows.Length > 0)
        {
            world.Connector = world.Connector.With(flows);
            world.RunWhatIsDue(TimeSpan.FromMinutes(3));
        }
        world.Rollout = new RolloutSight.Present(
            A.Rollout() with
            {
                Spec = A.Rollout().Spec with
                {
                    Steps =
                    [
                        new RolloutStep { Stores = new StoreShare("1"), MinDuration = new Duration("1h") },
                        new RolloutStep { Stores = new StoreShare("100%") },
                    ],
                },
            }
        );
        world.ShipImage(A.Better);
        world.Step();
        Assert.Equal(1, world.Attempt?.Cohort);
        Assert.Empty(CandidateStores(world));
        return (world, world.Attempt!.Order[0]); // not null: checked above
    }

    private static void Join(World world, int count, string name) =>
        world.Connector = world.Connector.WithStores(
            world.Connector.Spec.Stores.AddRange(
                Enumerable.Range(1, count).Select(i => new Store { Name = $"{name}-{i:000}" })
            )
        );

    private static World InTheLastStepWithTwoOfForty()
    {
        var world = A.SettledWorld();
        world.Do("maintenance", A.Suspend("", [.. world.Connector.Spec.Stores.Skip(2).Select(s => s.Name)]));
        world.Run(TimeSpan.FromSeconds(3));
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { Step: 2 });
        Assert.Equal((2, 2), (world.Attempt!.Step, world.Attempt.Order.Length));
        return world;
    }

    /// <summary>The store's credentials are refused. It pauses once a run on stable has seen that.</summary>
    private static void LockOut(World world, string store)
    {
        world.Versions[A.Good] = new Behaviour { LockedOut = [store] };
        world.Versions[A.Better] = new Behaviour { LockedOut = [store] };
        var rollout = world.Rollout;
        world.Rollout = new RolloutSight.Unusable("amazon-eu", "rollout-1", "steps shrink", A.Rollout());
        world.Run(TimeSpan.FromSeconds(60), w => w.Record.Pauses.Auth.ContainsKey(store));
        Assert.Contains(store, world.Record.Pauses.Auth.Keys);
        world.Rollout = rollout;
    }

    private static (string?, string?) Verdict(World world)
    {
        var attempt = world.Last.RolloutStatus?.Attempt;
        return (attempt?.Verdict, attempt?.Reason);
    }

    private static List<string> CandidateStores(World world, int? attempt = null) =>
        [
            .. world
                .Runs.Where(r => r.Arm == Arm.Candidate && (attempt is null || r.Attempt == attempt))
                .SelectMany(r => r.Print.Stores)
                .Distinct(),
        ];
}
