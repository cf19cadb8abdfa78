using System.Globalization;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Doors;

/// <summary>Stores redo the work of a version that was taken back, however its attempt ended, and no other work.</summary>
public sealed class TakenBackStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    public static TheoryData<string> Ways =>
        ["a revert in Git", "a fix forward", "a rollout that is deleted", "another rollout", "Immediate"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void However_an_attempt_ends_its_stores_redo_the_work_at_once_on_stable(string way)
    {
        var world = TwoStoresRanTheBadVersion();
        var handled = Handled(world);

        TakeBack(world, way);
        world.Run(TimeSpan.FromSeconds(40));

        var told = Told(world).ToList();
        Assert.Equal(handled, told.Select(t => t.Store).Distinct().Order());
        Assert.All(told, t => Assert.Equal((Arm.Stable, "CatchUp"), (t.Run.Arm, t.Run.File.Reason)));
        Assert.DoesNotContain(world.Record.Ledger("orders").Stores.Values, s => s.RedoFrom is not null);
    }

    [Fact]
    public void Going_back_to_a_former_stable_during_an_attempt_is_no_exception()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is null && w.Record.Stable?.Sync.Image == A.Better);
        world.ShipImage(A.Bad);
        world.Run(Long, w => w.Runs.Any(r => r.Attempt == 2));
        world.Runs.Clear();

        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal((A.Good, null), (world.Record.Stable?.Sync.Image, world.Attempt));
        Assert.NotEmpty(Told(world));
        Assert.All(Told(world), t => Assert.Equal("c2", t.Run.Print.Occasion));
    }

    [Fact]
    public void A_version_that_becomes_stable_all_the_same_owes_nothing()
    {
        var world = TwoStoresRanTheBadVersion();

        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { UpdatePolicy = UpdatePolicy.Immediate },
        };
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal(A.Bad, world.Record.Stable?.Sync.Image);
        Assert.Empty(Told(world));
    }

    [Fact]
    public void A_version_that_is_promoted_owes_nothing()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is null && w.Record.Stable?.Sync.Image == A.Better);
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Empty(Told(world));
        Assert.DoesNotContain(
            world.Record.Ledger("orders").Stores.Values,
            s => s is not { CandidateFrom: null, RedoFrom: null, IsRedone: false }
        );
    }

    [Fact]
    public void The_work_is_redone_from_the_first_due_time_that_the_candidate_handled()
    {
        var world = TwoStoresRanTheBadVersion();
        var first = world
            .Runs.Where(r => r.Arm == Arm.Candidate)
            .SelectMany(r => r.Print.Stores.Select(s => (Store: s, r.File.Slot)))
            .GroupBy(r => r.Store)
            .ToDictionary(g => g.Key, g => g.Min(r => r.Slot)); // RFC 3339 in UTC sorts by time

        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Equal(2, first.Count);
        Assert.Equal(first, Told(world).ToDictionary(t => t.Store, t => (string?)t.RedoFrom));
    }

    /// <summary>One listing of each store is refused since yesterday, so no run is perfect.</summary>
    [Fact]
    public void One_item_that_always_fails_does_not_make_it_more()
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.Connector = A.Connector(world.Now, stores: 10)
            .With(A.Flow() with { Schedule = "0 * * * *", MaxStoresPerRun = 1, StartingDeadline = new Duration("2m") });
        world.RunWhatIsDue(TimeSpan.FromHours(3));
        world.Versions[A.Good] = new Behaviour { Ok = 199, Failed = 1 };
        world.RunWhatIsDue(TimeSpan.FromHours(24));
        var shipped = world.Now;
        world.Versions[A.Bad] = new Behaviour { Ok = 100, Failed = 100 };
        world.ShipImage(A.Bad);
        world.Runs.Clear();

        world.RunWhatIsDue(TimeSpan.FromHours(60));

        var told = Told(world).ToList();
        Assert.NotEmpty(told);
        Assert.All(
            told,
            t => Assert.InRange(DateTimeOffset.Parse(t.RedoFrom, CultureInfo.InvariantCulture), shipped, world.Now)
        );
        // Some of it went well, so it is done.
        Assert.DoesNotContain(world.Record.Ledger("orders").Stores.Values, s => s.RedoFrom is not null);
    }

    /// <summary>The candidate's runs take longer than the time to start.</summary>
    [Fact]
    public void The_time_to_start_counts_from_the_end_of_the_stores_last_run_of_the_version()
    {
        var world = TwoLongRunsOfTheBadVersion();
        var live = Live(world);

        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(45));

        Assert.Equal(2, live.Count);
        var caughtUp = world.Runs.Where(r => r.Print.Occasion.StartsWith('c')).ToList();
        Assert.Equal(live.Order(), caughtUp.SelectMany(r => r.Print.Stores).Order());
    }

    [Fact]
    public void A_store_that_is_free_has_no_more_time_than_its_own()
    {
        var world = TwoLongRunsOfTheBadVersion();
        world.ShipImage(A.Good);
        world.Step();
        var occasion = world.Record.Plan("orders").Occasions.Single(o => o.Kind == OccasionKind.CatchUp);
        var ledger = world.Record.Ledger("orders");
        var store = occasion.Order!.Stores[0]; // a catch-up has an order

        var free = ledger with { Stores = ledger.Stores.SetItem(store, new StoreLedger { RedoFrom = world.Now }) };
        var freed = free with
        {
            Stores = free.Stores.SetItem(store, free.Stores[store] with { RedoSince = world.Now.AddSeconds(20) }),
        };

        Assert.Equal(occasion.Slot.AddSeconds(3), Rollouts.CatchUps.StartBy(free, occasion, store, world.Now));
        Assert.Equal(
            world.Now.AddSeconds(23),
            Rollouts.CatchUps.StartBy(freed, occasion, store, world.Now.AddSeconds(21))
        );
        Assert.True(occasion.StartBy > world.Now.AddSeconds(23));
    }

    /// <summary>The store's catch-up finds no time; the next version of the rollout does the work, and it counts once that is promoted.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_candidate_is_told_too_and_what_it_does_counts_once_it_is_promoted(bool isPromoted)
    {
        var world = TwoStoresRanTheBadVersion();
        var handled = Handled(world);
        world.Versions[A.Good] = new Behaviour { CrashesAt = handled[0], AlsoCrashesAt = [handled[1]] };
        world.Rollout = new RolloutSight.Present(A.Rollout());
        world.ShipImage(A.Better);

        world.Run(Long, w => handled.TrueForAll(s => w.Record.Ledger("orders").Stores[s].IsRedone));
        Assert.All(handled, s => Assert.NotNull(world.Record.Ledger("orders").Stores[s].RedoFrom));
        if (!isPromoted)
        {
            world.ShipImage(A.Good);
        }
        world.Run(Long, w => w.Attempt is null);

        var owing = world.Record.Ledger("orders").Stores.Where(s => s.Value.RedoFrom is not null).Select(s => s.Key);
        Assert.Equal(isPromoted ? [] : handled, owing.Order());
        Assert.DoesNotContain(world.Record.Ledger("orders").Stores.Values, s => s.IsRedone);
    }

    [Fact]
    public void A_store_runs_the_next_candidate_only_after_its_catch_up()
    {
        var world = TwoStoresRanTheBadVersion();
        var handled = Handled(world);

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(1));

        foreach (var store in handled)
        {
            var runs = world.Runs.Where(r => r.Print.Stores.Contains(store, StringComparer.Ordinal)).ToList();
            var next = runs.FindIndex(r => r.Attempt == 2);
            var catchUp = runs.FindIndex(r => r.Print.Occasion == "c1");
            Assert.InRange(catchUp, 0, next - 1);
        }
    }

    [Fact]
    public void After_a_lost_record_the_stores_whose_pods_witness_the_candidate_catch_up()
    {
        var world = TwoStoresRanTheBadVersion();
        var witnessed = world
            .Observe()
            .Pods.Where(p => p.Fingerprint?.Revision == world.Attempt!.Revision) // it runs
            .SelectMany(p => p.Fingerprint!.Stores) // filtered
            .Distinct()
            .Order()
            .ToList();
        world.Runs.Clear();

        world.LoseRecord();
        world.Run(TimeSpan.FromSeconds(40));

        Assert.NotEmpty(witnessed);
        Assert.Equal(witnessed, Told(world).Select(t => t.Store).Distinct().Order());
        var message = Assert.Single(world.Events, e => e.Reason == Reasons.RecordLost && e.IsWarning).Message;
        Assert.Contains("in which others it ran is unknown", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_worker_is_told_the_zone_of_its_schedule_and_its_last_run()
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, stores: 1)
            .With(A.Flow() with { Schedule = "0 0 * * *", TimeZone = "Asia/Shanghai" });
        world.Versions[A.Good] = new Behaviour { Ok = 9, Failed = 1 };
        world.RunWhatIsDue(TimeSpan.FromHours(30));

        var file = JsonSerializer.Serialize(world.Runs[1].File, RunJson.Default.RunFile);

        Assert.Contains("\"timeZone\":\"Asia/Shanghai\"", file, StringComparison.Ordinal);
        Assert.Contains($"\"lastRunSlot\":\"{world.Runs[0].File.Slot}\"", file, StringComparison.Ordinal);
        Assert.DoesNotContain("lastOkSlot", file, StringComparison.Ordinal);
    }

    [Fact]
    public void The_status_says_how_old_the_oldest_good_slot_of_a_flow_is()
    {
        var world = A.SettledWorld();
        var store = world.Connector.Spec.Stores[3].Name;
        var last = world.Record.Ledger("orders").Stores[store].LastOkSlot;
        world.Versions[A.Good] = new Behaviour { Fails = store };

        world.Run(TimeSpan.FromMinutes(1));

        Assert.NotNull(last);
        Assert.Equal(last, world.Last.ConnectorStatus.Flows.Single().OldestOkSlot);
    }

    /// <summary>Two stores run a version that reports ok but writes wrong prices.</summary>
    /// <summary>Both runs are live, and take longer than a store has to start.</summary>
    private static World TwoLongRunsOfTheBadVersion()
    {
        var world = TwoStoresRanTheBadVersion(
            A.Flow() with
            {
                StartingDeadline = new Duration("3s"),
                Timeout = new Duration("60s"),
                MaxStoresPerRun = 1,
            },
            duration: TimeSpan.FromSeconds(25)
        );
        world.Run(TimeSpan.FromMinutes(20), w => Live(w).Count == 2);
        return world;
    }

    private static World TwoStoresRanTheBadVersion(Flow? flow = null, TimeSpan? duration = null)
    {
        var world = A.SettledWorld();
        var evidence = new EvidenceMinima
        {
            MinRuns = 50,
            MinItems = 10,
            MinStores = 2,
        };
        world.Rollout = new RolloutSight.Present(
            A.Rollout() with
            {
                Spec = A.Rollout().Spec with { Evidence = evidence },
            }
        );
        world.Connector = world.Connector.With(flow ?? A.Flow());
        world.Versions[A.Bad] = new Behaviour { Duration = duration ?? TimeSpan.FromSeconds(2) };
        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromSeconds(70));
        Assert.Equal(2, Handled(world).Count);
        return world;
    }

    private static void TakeBack(World world, string way)
    {
        switch (way)
        {
            case "a revert in Git":
                world.ShipImage(A.Good);
                break;
            case "a fix forward":
                world.ShipImage(A.Better);
                break;
            case "a rollout that is deleted":
                world.Rollout = new RolloutSight.Missing();
                break;
            case "another rollout":
                world.Rollout = new RolloutSight.Present(A.Rollout("rollout-2"));
                break;
            case "Immediate":
                world.Connector = world.Connector with
                {
                    Spec = world.Connector.Spec with
                    {
                        UpdatePolicy = UpdatePolicy.Immediate,
                        Sync = world.Connector.Spec.Sync with { Image = A.Better },
                    },
                };
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, "not one of the ways");
        }
    }

    private static List<string> Handled(World world) =>
        [
            .. world
                .Runs.Where(r => r is { Arm: Arm.Candidate, Attempt: 1 })
                .SelectMany(r => r.Print.Stores)
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];

    private static List<string> Live(World world) =>
        [
            .. world
                .Record.Plan("orders")
                .Entries.Where(e => e is { Attempt: 1, Result: null })
                .SelectMany(e => e.Stores),
        ];

    private static IEnumerable<(World.Started Run, string Store, string RedoFrom)> Told(World world) =>
        from run in world.Runs
        from store in run.File.Stores
        where store.RedoFrom is not null
        select (run, store.Name, store.RedoFrom);
}
