using System.Diagnostics;
using System.Globalization;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Doors;

public sealed class ReaderStories(ITestOutputHelper output)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public void Going_back_twice_leaves_the_middle_version_no_former_stable()
    {
        var world = A.SettledWorld();
        Promote(world, A.Better);
        Promote(world, "registry.example.com/sync:1.3");
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(A.Better, world.Record.Stable?.Sync.Image);
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(A.Good, world.Record.Stable?.Sync.Image);
        world.Runs.Clear();

        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(15));

        Assert.InRange(world.StoresThatRan(A.Better), 1, 2);
    }

    [Fact]
    public void A_store_whose_catch_up_runs_is_not_caught_up_again_by_the_next_attempts_end()
    {
        var world = TwoStoresRanTheBadVersion();
        world.Rollout = new RolloutSight.Present(A.Rollout());
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(2));
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(40));

        var caughtUp = world.Runs.Where(r => r.File.Reason == "CatchUp").SelectMany(r => r.Print.Stores).ToList();
        Assert.Equal(2, caughtUp.Distinct().Count());
        Assert.Equal(2, caughtUp.Count);
    }

    [Fact]
    public void A_due_time_that_paid_the_debt_leaves_the_catch_up_nothing_to_do()
    {
        var world = TwoStoresRanTheBadVersion();
        var stores = world.Attempt!.Order.Take(2).ToList();
        world.Do("away", A.Suspend("", [.. stores]));
        world.Step();
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(3));
        world.Do("back", A.Unsuspend("", [.. stores]));
        world.Run(TimeSpan.FromSeconds(60));

        output.WriteLine(world.Story);
        Assert.DoesNotContain(world.Record.Ledger("orders").Stores.Values, s => s.RedoFrom is not null);
    }

    [Fact]
    public void Debts_outlive_a_record_that_is_lost_after_the_attempt_ended()
    {
        var world = TwoStoresRanTheBadVersion();
        var witnessed = world
            .Observe()
            .Pods.Where(p => p.Fingerprint?.Revision == world.Attempt!.Revision)
            .SelectMany(p => p.Fingerprint!.Stores)
            .Distinct()
            .Order()
            .ToList();
        Given.That(witnessed.Count > 0, "pods of the candidate");
        world.ShipImage(A.Good);
        world.Step(crashAfter: 1);
        Given.That(world.Attempt is null, "the attempt has ended");
        world.Runs.Clear();

        world.LoseRecord();
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Equal(witnessed, Told(world).Distinct().Order());
    }

    [Fact]
    public void A_store_that_is_soon_listed_again_still_owes()
    {
        var world = TwoStoresRanTheBadVersion();
        var store = world.Attempt!.Order[0];
        var all = world.Connector.Spec.Stores;
        world.Do("away", A.Suspend("", store));
        world.Step();
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(12));
        Given.That(world.Record.Ledger("orders").Stores[store].RedoFrom is not null, "a debt");
        world.Connector = world.Connector.WithStores(all.Where(s => s.Name != store));
        world.Run(TimeSpan.FromSeconds(10));
        world.Connector = world.Connector.WithStores(all);
        world.Do("back", A.Unsuspend("", store));
        world.Run(TimeSpan.FromSeconds(40));

        Assert.Contains(store, Told(world));
    }

    [Fact]
    public void A_lost_record_leaves_no_ledger_of_a_flow_that_left()
    {
        var world = TwoStoresRanTheBadVersion();
        world.Connector = world.Connector.With(A.Flow("prices"));
        world.LoseRecord();
        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(["prices"], world.Record.Ledgers.Keys);
    }

    [Fact]
    public void Suspending_one_of_two_stores_does_not_lower_minStores_while_another_store_can_take_its_place()
    {
        var world = A.SettledWorld();
        world.Rollout = new RolloutSight.Present(
            A.Rollout() with
            {
                Spec = A.Rollout().Spec with
                {
                    Steps =
                    [
                        new RolloutStep { Stores = new StoreShare("2"), MinDuration = new Duration("1s") },
                        new RolloutStep { Stores = new StoreShare("100%"), MinDuration = new Duration("1h") },
                    ],
                    Evidence = new EvidenceMinima
                    {
                        MinRuns = 1,
                        MinItems = 1,
                        MinStores = 2,
                    },
                },
            }
        );
        world.ShipImage(A.Better);
        world.Step();
        var order = world.Attempt!.Order;
        world.Do("away", A.Suspend("", order[1]));

        world.Run(Long, w => w.Attempt is { Step: 1 });

        var seen = world.Runs.Where(r => r.Arm == Arm.Candidate && r.CohortThen == 2).SelectMany(r => r.Print.Stores);
        Assert.Equal(2, seen.Distinct().Count());
    }

    [Fact]
    public void A_flow_that_is_suspended_for_all_stores_takes_nobody_away()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector.With(A.Flow(), A.Flow("prices"));
        world.Run(TimeSpan.FromSeconds(30));
        world.Rollout = Worlds.Steps("5%", "100%");
        world.ShipImage(A.Better);
        world.Step();
        world.Do("stop", A.Suspend("prices"));
        world.Run(TimeSpan.FromSeconds(60));

        Assert.Equal(0, world.Attempt?.Step);
        Assert.Empty(world.Attempt!.Away);
        Assert.NotEqual(Reasons.CohortAway, world.Last.RolloutStatus!.Attempt!.Reason);
    }

    [Fact]
    public void A_flow_that_is_suspended_lowers_no_minimum()
    {
        var world = A.SettledWorld();
        world.Rollout = new RolloutSight.Present(
            A.Rollout() with
            {
                Spec = A.Rollout().Spec with
                {
                    Steps =
                    [
                        new RolloutStep { Stores = new StoreShare("2"), MinDuration = new Duration("1s") },
                        new RolloutStep { Stores = new StoreShare("100%"), MinDuration = new Duration("1h") },
                    ],
                    Evidence = new EvidenceMinima
                    {
                        MinRuns = 1,
                        MinItems = 1,
                        MinStores = 2,
                    },
                },
            }
        );
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(1), w => w.Runs.Any(r => r.Arm == Arm.Candidate));
        world.Do("stop", A.Suspend("orders"));
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(0, world.Attempt?.Step);
    }

    [Theory]
    [InlineData("CreateContainerError")]
    [InlineData("StartError")]
    [InlineData("Init")]
    public void The_message_is_the_same_on_each_due_time(string kind)
    {
        var lab = new PodLab(10);
        lab.Life = (pod, _) =>
        {
            var id = Convert.ToHexStringLower(
                System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(pod.Name))
            );
            var uid = new Guid(Convert.FromHexString(id)[..16]).ToString();
            var reserved =
                $"failed to reserve container name \"sync_{pod.Name}_shop_{uid}_0\": name \"sync_{pod.Name}_shop_{uid}_0\" is reserved for \"{id}\"";
            return kind switch
            {
                "CreateContainerError" => pod with { Container = new ContainerSight.Waiting(kind, reserved) },
                "Init" => lab.Now < pod.CreatedAt.AddSeconds(5)
                    ? pod
                    : pod with
                    {
                        Phase = PodPhase.Failed,
                        Container = new ContainerSight.Waiting("PodInitializing", ""),
                        Init = new InitSight(
                            "setup",
                            new ContainerSight.Terminated(1, "Error", $"no route for {pod.Name} ({uid})", pod.CreatedAt, lab.Now)
                        ),
                    },
                _ => pod with
                {
                    Phase = PodPhase.Failed,
                    Container = new ContainerSight.Terminated(
                        128,
                        kind,
                        $"error mounting \"/var/lib/kubelet/pods/{uid}/volumes/x\" to rootfs: no such file",
                        DateTimeOffset.UnixEpoch,
                        lab.Now
                    ),
                },
            };
        };

        lab.RunTo(lab.NextSlot.AddMinutes(4), stepSeconds: 2);
        var first = lab.Ready.Message;
        lab.RunTo(lab.NextSlot.AddMinutes(4), stepSeconds: 2);

        output.WriteLine(first);
        Assert.Equal("False", lab.Ready.Status);
        Assert.Equal(first, lab.Ready.Message);
    }

    [Fact]
    public void Cost()
    {
        var world = new World
        {
            Rollout = new RolloutSight.Present(
                A.Rollout() with
                {
                    Spec = A.Rollout().Spec with
                    {
                        Steps = [new RolloutStep { Stores = new StoreShare("99%"), MinDuration = new Duration("9h") }],
                    },
                }
            ),
        };
        world.Connector = A.Connector(world.Now, stores: 10_000)
            .With(
                A.Flow() with { Schedule = "*/5 * * * *", MaxStoresPerRun = 50, MaxConcurrentRuns = 300, StartingDeadline = new Duration("2m"), StartTimeout = new Duration("1m"), Timeout = new Duration("2m") },
                A.Flow("prices") with { Schedule = "*/5 * * * *", MaxStoresPerRun = 50, MaxConcurrentRuns = 300, StartingDeadline = new Duration("2m"), StartTimeout = new Duration("1m"), Timeout = new Duration("2m") }
            );
        RunCoarse(world, 8);
        Given.That(world.Record.Revisions.StableIsProven, "a stable");
        Time("no attempt", world);
        world.ShipImage(A.Better);
        RunCoarse(world, 11);
        Given.That(world.Attempt is { HasStarted: true }, "an attempt");
        Time("attempt, 100 %", world);
        world.Versions[A.Good] = new Behaviour { LockedOut = ["store-007"] };
        var rollout = world.Rollout;
        world.Rollout = new RolloutSight.Unusable("amazon-eu", "rollout-1", "steps shrink", A.Rollout());
        RunCoarse(world, 8);
        world.Rollout = rollout;
        Given.That(!world.Record.Pauses.Auth.IsEmpty, "a pause");
        Time("one pause", world);
        for (var i = 0; i < 10; i++)
        {
            world.Do($"s{i}", A.Suspend("", $"store-{i + 100}"));
        }
        world.Step();
        Time("ten suspensions", world);
        Assert.Fail("see the output");
    }

    private static void RunCoarse(World world, int minutes)
    {
        for (var end = world.Now.AddMinutes(minutes); world.Now < end; world.Now = world.Now.AddSeconds(6))
        {
            world.Step();
        }
    }

    private void Time(string what, World world)
    {
        var seen = world.Observe();
        var record = world.Record;
        var before = Stopwatch.StartNew();
        for (var i = 0; i < 10; i++)
        {
            _ = record
                .Ledgers.Values.SelectMany(l => l.Stores)
                .Where(s => s.Value.CandidateFrom is not null)
                .Select(s => s.Key)
                .ToHashSet(StringComparer.Ordinal);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"one look at all ledgers: {before.Elapsed.TotalMilliseconds / 10:0.0} ms"));
        var desired = ((DesiredContent.Formed)seen.Desired).Revision;
        before.Restart();
        for (var i = 0; i < 100; i++)
        {
            _ = Rollouts.AskedContent.Of(record, desired);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"asked content: {before.Elapsed.TotalMilliseconds / 100:0.00} ms"));
        before.Restart();
        for (var i = 0; i < 10; i++)
        {
            _ = record.Ledger("orders").Stores.Where(s => s.Value.LastOkSlot is not null).Min(s => s.Value.LastOkSlot);
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"oldest ok slot of a flow: {before.Elapsed.TotalMilliseconds / 10:0.00} ms"));
        Planner.Plan(seen);
        Planner.Plan(seen);
        var watch = Stopwatch.StartNew();
        const int n = 10;
        for (var i = 0; i < n; i++)
        {
            Planner.Plan(seen);
        }
        output.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{what}: {watch.Elapsed.TotalMilliseconds / n:0.0} ms a plan, {world.Observe().Pods.Length} pods")
        );
        var parts = RecordParts.Encode(world.Record);
        output.WriteLine(
            string.Join(", ", parts.OrderByDescending(p => p.Value.Length).Take(5).Select(p => $"{p.Key} {p.Value.Length}"))
        );
    }

    private static void Promote(World world, string image)
    {
        world.ShipImage(image);
        world.Run(Long, w => w.Attempt is null && w.Record.Stable?.Sync.Image == image);
        Assert.Equal(image, world.Record.Stable?.Sync.Image);
    }

    private static World TwoStoresRanTheBadVersion()
    {
        var world = A.SettledWorld();
        world.Rollout = new RolloutSight.Present(
            A.Rollout() with
            {
                Spec = A.Rollout().Spec with
                {
                    Evidence = new EvidenceMinima
                    {
                        MinRuns = 50,
                        MinItems = 10,
                        MinStores = 2,
                    },
                },
            }
        );
        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromSeconds(70));
        return world;
    }

    private static IEnumerable<string> Told(World world) =>
        from run in world.Runs
        from store in run.File.Stores
        where store.RedoFrom is not null
        select store.Name;
}
