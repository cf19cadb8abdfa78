using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Cohorts;

/// <summary>Attempts whose rollout names stores as first or last, or divides them by labels.</summary>
public sealed class CohortStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(20);

    [Fact]
    public void The_first_step_runs_the_first_stores_and_no_step_runs_the_last_before_its_own()
    {
        var world = A.SettledWorld();
        world.Rollout = Policy(
            new RolloutCohort { First = ["store-040", "store-007"], Last = ["store-002", "store-001"] }
        );
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(5), w => w.Attempt is { Step: 1 });
        Assert.Equal(["store-007", "store-040"], CandidateStores(world).Order());
        Assert.Equal(["store-002", "store-001"], world.Attempt!.Order.TakeLast(2));

        world.Run(Long, w => w.Attempt is { Step: 2 });
        Assert.Empty(CandidateStores(world).Intersect(["store-001", "store-002"]));

        world.Run(Long, w => w.Attempt is null);
        Assert.Equal((AttemptOutcome.Promoted, 40), Ended(world));
    }

    [Fact]
    public void Each_step_has_its_share_of_each_region()
    {
        var world = A.SettledWorld();
        Label(world, i => i <= 10 ? "eu" : "us");
        world.Rollout = Policy(new RolloutCohort { Strata = ["region"] }, "10%", "50%");
        world.ShipImage(A.Better);
        world.Step();

        var european = world.Attempt!.Order.Select(s => string.CompareOrdinal(s, "store-010") <= 0).ToList();
        Assert.Equal((1, 4), (european.Take(4).Count(e => e), world.Attempt.Cohort));
        Assert.Equal(5, european.Take(20).Count(e => e));
    }

    /// <summary>The place of the first of the list is not lost to the list: its next store takes it.</summary>
    [Fact]
    public void The_place_of_a_first_store_that_is_suspended_passes_to_the_next_of_the_list()
    {
        var world = Begun(new RolloutCohort { First = ["store-030", "store-020", "store-010"] }, "2", "100%");
        Assert.Equal(["store-030", "store-020"], Cohort(world));

        world.Do("away", A.Suspend("", "store-030"));
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal(["store-010", "store-020"], Cohort(world));
        Assert.Equal("store-030", world.Attempt!.Order[^1]);
    }

    [Fact]
    public void The_place_of_a_first_store_that_pauses_passes_to_the_next_of_the_list()
    {
        var world = A.SettledWorld();
        var locked = ImmutableHashSet.Create("store-030");
        world.Versions[A.Good] = new Behaviour { LockedOut = locked };
        world.Versions[A.Better] = new Behaviour { LockedOut = locked };
        world.Run(TimeSpan.FromSeconds(30), w => w.Record.Pauses.Auth.ContainsKey("store-030"));
        Assert.Contains("store-030", world.Record.Pauses.Auth.Keys);
        Begin(world, new RolloutCohort { First = ["store-030", "store-020"] }, "1", "100%");
        Assert.Equal(["store-030"], Cohort(world));

        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal(["store-020"], Cohort(world));
    }

    [Fact]
    public void The_place_of_a_first_store_that_leaves_passes_to_a_last_one_when_nobody_else_is_there()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector.WithStores(world.Connector.Spec.Stores.Take(3));
        world.Run(TimeSpan.FromSeconds(20));
        Begin(world, new RolloutCohort { First = ["store-002"], Last = ["store-001"] }, "2", "100%");
        Assert.Equal(["store-002", "store-003"], Cohort(world));

        world.Connector = world.Connector.WithStores(world.Connector.Spec.Stores.Where(s => s.Name != "store-002"));
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal(["store-001", "store-003"], Cohort(world));
    }

    /// <summary>Who is not there at the start has no position; when it comes it is a store that joins.</summary>
    [Fact]
    public void A_first_store_that_comes_during_the_attempt_is_after_the_last()
    {
        var world = A.SettledWorld();
        world.Do("away", A.Suspend("", "store-030"));
        world.Run(TimeSpan.FromSeconds(3));
        Begin(world, new RolloutCohort { First = ["store-030", "store-020"], Last = ["store-010"] }, "1", "2", "100%");
        Assert.Equal(
            (39, "store-020", "store-010"),
            (world.Attempt!.Order.Length, world.Attempt.Order[0], world.Attempt.Order[^1])
        );

        world.Do("back", A.Unsuspend("", "store-030"));
        world.Run(Long, w => w.Attempt is not { Step: 0 });

        Assert.Equal(["store-010", "store-030"], world.Attempt!.Order.TakeLast(2));
        Assert.DoesNotContain("store-030", CandidateStores(world));
        Assert.Null(Unknown(world));
    }

    [Fact]
    public void Stores_that_are_appended_before_the_promotion_come_after_the_last()
    {
        var world = Begun(new RolloutCohort { Last = ["store-001"] }, "100%");
        world.Connector = world.Connector.WithStores(
            world.Connector.Spec.Stores.Add(new Store { Name = "late-2" }).Add(new Store { Name = "late-1" })
        );

        world.Run(Long, w => w.Events.Any(e => e.Reason == Reasons.StoresAppended));

        Assert.Equal("store-001", world.Attempt!.Order[39]);
        Assert.Equal(["late-1", "late-2"], world.Attempt.Order[40..].Order());
        world.Run(Long, w => w.Attempt is null);
        Assert.Equal((AttemptOutcome.Promoted, 42), Ended(world));
    }

    [Fact]
    public void Without_control_the_last_two_stay_on_stable()
    {
        var world = WithoutControl();

        world.Run(TimeSpan.FromSeconds(60));

        Assert.Equal(38, Cohort(world).Count);
        Assert.Equal(38, CandidateStores(world).Count);
        Assert.Empty(CandidateStores(world).Intersect(["store-005", "store-006"]));
    }

    /// <summary>An outage is told by the stores on stable, so they take no places.</summary>
    [Fact]
    public void Without_control_the_last_two_take_no_place_of_a_store_that_is_away()
    {
        var world = WithoutControl();

        world.Do("away", A.Suspend("", world.Attempt!.Order[0]));
        world.Run(TimeSpan.FromSeconds(60));

        Assert.DoesNotContain(world.Events, e => e.Reason == Reasons.PlacePassedOn);
        Assert.Empty(CandidateStores(world).Intersect(["store-005", "store-006"]));
    }

    [Fact]
    public void Edits_of_the_lists_and_of_labels_act_on_the_next_attempt()
    {
        var world = Begun(new RolloutCohort { First = ["store-030"] }, "1", "100%");
        var (order, revision) = (world.Attempt!.Order, world.Attempt.Revision);
        Label(world, i => i % 2 == 0 ? "eu" : "us");
        world.Rollout = Slow(
            new RolloutCohort
            {
                First = ["store-011"],
                Last = ["store-030"],
                Strata = ["region"],
            },
            "1",
            "100%"
        );
        world.Run(TimeSpan.FromSeconds(60));
        Assert.Equal((1, revision), (world.Attempt!.Number, world.Attempt.Revision));
        Assert.Equal(order, world.Attempt.Order);
        Assert.Equal(["store-030"], CandidateStores(world));

        world.ShipImage("registry.example.com/sync:1.3");
        world.Step();

        Assert.Equal(
            (2, "store-011", "store-030"),
            (world.Attempt!.Number, world.Attempt.Order[0], world.Attempt.Order[^1])
        );
        Assert.True(
            world.Attempt.Order[1..37].Chunk(2).All(c => Number(c[0]) % 2 != Number(c[1]) % 2),
            "regions take turns"
        );
    }

    [Fact]
    public void An_edit_of_labels_is_no_new_content()
    {
        var world = A.SettledWorld();

        Label(world, _ => "eu");
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Null(world.Attempt);
        Assert.Empty(world.Record.Attempts.History);
    }

    [Fact]
    public void Unknown_names_are_told_and_stop_nothing()
    {
        var world = A.SettledWorld();
        world.Rollout = Policy(
            new RolloutCohort
            {
                First = ["store-99", "store-003"],
                Last = ["gone"],
                Strata = ["regoin"],
            }
        );
        world.ShipImage(A.Better);
        world.Step();
        Assert.Equal("store-003", world.Attempt?.Order[0]);

        world.Run(Long, w => w.Attempt is null);

        Assert.Equal((AttemptOutcome.Promoted, 40), Ended(world));
        Assert.Equal(
            "spec.cohort.first[0]: 'store-99' is no store of connector 'amazon-eu' and is passed over; correct or remove it; "
                + "spec.cohort.last[0]: 'gone' is no store of connector 'amazon-eu' and is passed over; correct or remove it; "
                + "spec.cohort.strata[0]: no store of connector 'amazon-eu' has a label 'regoin', so it tells no stores apart; correct or remove it",
            Unknown(world)?.Message
        );
        Assert.Equal("True", world.Last.RolloutStatus!.Conditions.Single(c => c.Type == ConditionTypes.Ready).Status);
    }

    /// <summary>A ConfigMap that was never read may have every name.</summary>
    [Fact]
    public void Names_that_a_list_may_have_are_not_told()
    {
        var world = A.SettledWorld();
        world.Rollout = Policy(new RolloutCohort { First = ["listed-1", "listed-9"] });
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { StoresFrom = A.StoresFrom("eu/stores.yaml") },
        };
        world.StoreLists = [A.BrokenList("eu/stores.yaml", "it is not there")];
        world.Run(TimeSpan.FromSeconds(3));
        Assert.Null(Unknown(world));

        world.StoreLists = [A.StoreList("eu/stores.yaml", "1", "listed-1", "listed-2")];
        world.Run(TimeSpan.FromSeconds(3));

        Assert.StartsWith("spec.cohort.first[1]: 'listed-9' is no store", Unknown(world)?.Message);
    }

    private static int Number(string store) =>
        int.Parse(store[^3..], System.Globalization.CultureInfo.InvariantCulture);

    private static void Label(World world, Func<int, string> regionOf) =>
        world.Connector = world.Connector.WithStores(
            world.Connector.Spec.Stores.Select(s =>
                s with
                {
                    Labels = ImmutableSortedDictionary<string, string>.Empty.Add("region", regionOf(Number(s.Name))),
                }
            )
        );

    private static World WithoutControl()
    {
        var world = A.SettledWorld();
        var policy = Slow(new RolloutCohort { Last = ["store-005", "store-006"] }, "100%").Policy;
        world.Rollout = new RolloutSight.Present(
            policy with
            {
                Spec = policy.Spec with { Analysis = policy.Spec.Analysis with { Control = new Percent("0%") } },
            }
        );
        world.ShipImage(A.Better);
        world.Step();
        return world;
    }

    private static World Begun(RolloutCohort cohort, params ImmutableArray<string> steps)
    {
        var world = A.SettledWorld();
        Begin(world, cohort, steps);
        return world;
    }

    private static void Begin(World world, RolloutCohort cohort, params ImmutableArray<string> steps)
    {
        world.Rollout = steps.Length == 1 ? Policy(cohort, steps) : Slow(cohort, steps);
        world.ShipImage(A.Better);
        world.Step();
        Assert.NotNull(world.Attempt);
    }

    private static RolloutSight.Present Policy(RolloutCohort cohort, params ImmutableArray<string> steps)
    {
        var policy = A.Rollout();
        var shares = steps.IsDefaultOrEmpty
            ? policy.Spec.Steps
            : [.. steps.Select(s => new RolloutStep { Stores = new StoreShare(s) })];
        return new RolloutSight.Present(policy with { Spec = policy.Spec with { Cohort = cohort, Steps = shares } });
    }

    /// <summary>The first step lasts two minutes.</summary>
    private static RolloutSight.Present Slow(RolloutCohort cohort, params ImmutableArray<string> steps)
    {
        var policy = Policy(cohort, steps).Policy;
        var first = policy.Spec.Steps[0] with { MinDuration = new Duration("2m") };
        return new RolloutSight.Present(
            policy with
            {
                Spec = policy.Spec with
                {
                    Steps = policy.Spec.Steps.SetItem(0, first),
                    Evidence = new EvidenceMinima
                    {
                        MinRuns = 1,
                        MinItems = 1,
                        MinStores = 1,
                    },
                },
            }
        );
    }

    private static Condition? Unknown(World world) =>
        world.Last.RolloutStatus?.Conditions.SingleOrDefault(c => c.Type == Reasons.UnknownNames);

    private static List<string> Cohort(World world) => [.. world.Attempt!.Order.Take(world.Attempt.Cohort)];

    private static (AttemptOutcome, int) Ended(World world) =>
        (world.Record.Attempts.History[0].Outcome, world.Record.Attempts.History[0].Cohort);

    private static List<string> CandidateStores(World world) =>
        [.. world.Runs.Where(r => r.Arm == Arm.Candidate).SelectMany(r => r.Print.Stores).Distinct()];
}
