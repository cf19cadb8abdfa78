using System.Collections.Immutable;
using Operator.Api;
using Operator.Testing;

namespace Operator.Planning.Tests.Trials;

/// <summary>
/// What the judge rests on, through the planner's own grouping, coins, retries and settling: where the versions are alike, the evidence
/// averages exactly 1 over all coins. It is enumerated and not simulated.
/// </summary>
public sealed class PlannedIdentityTests(ITestOutputHelper output)
{
    private const double Rounding = 1e-12;

    /// <summary>No verdict ends the attempt, and no step passes.</summary>
    private static RolloutSpec Endless(RolloutSpec spec) =>
        spec with
        {
            Analysis = spec.Analysis with { FalseAbortRate = new Percent("0.1%") },
            Evidence = new EvidenceMinima { MinRuns = 1000 },
        };

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 2)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void One_store(int seed) => Average(seed, stores: 1, dueTimes: 6, A.Flow());

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Two_stores_with_retries_and_more(int seed) =>
        Average(seed, stores: 2, dueTimes: 3, A.Flow() with { Retries = 1 });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Three_stores(int seed) => Average(seed, stores: 3, dueTimes: 2, A.Flow() with { Retries = 2 });

    /// <summary>The three are one group at first; crashes isolate them.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void One_place_with_isolation(int seed)
    {
        var walk = Average(
            World(3, A.Flow() with { MaxConcurrentRuns = 1, Schedule = "@every 30s" }),
            new CoinWalk
            {
                Period = TimeSpan.FromSeconds(30),
                DueTimes = 3,
                Before = Moods(seed),
            }
        );

        Assert.Equal(3, walk.MostStores);
        Assert.True(walk.MostGroups > 1 || seed > 0, "no crash isolates a store");
    }

    /// <summary>Runs of a due time start after the next one, so nothing that they do may depend on how coins of their own due time fell.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Groups_that_wait_for_their_place_until_after_the_next_due_time(int seed) =>
        Average(
            World(3, A.Flow() with { MaxConcurrentRuns = 1 }),
            new CoinWalk { DueTimes = 3, Before = (world, at, _) => Moods(seed)(world, at, 0) }
        );

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Two_flows(int seed) =>
        Average(seed, stores: 1, dueTimes: 3, A.Flow(), A.Flow("prices") with { Retries = 1 });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_process_that_dies_in_each_second(int seed) =>
        Average(
            World(2, A.Flow() with { Retries = 1 }),
            new CoinWalk
            {
                DueTimes = 3,
                Before = Moods(seed),
                Dies = now => (int)((now.ToUnixTimeSeconds() * 7 + seed) % 4),
            }
        );

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_store_that_is_suspended_and_resumed(int seed) =>
        Average(
            World(2, A.Flow()),
            new CoinWalk
            {
                DueTimes = 3,
                Before = (world, at, past) =>
                {
                    Moods(seed)(world, at, past);
                    Suspend(world, "store-0001", at is 1);
                },
            }
        );

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_place_that_passes_on(int seed)
    {
        var world = World(3, A.Flow());
        world = World(3, spec => Endless(spec) with { Steps = A.Steps("2", "100%") }, A.Flow());
        var first = world.Attempt!.Order[0];

        Average(
            world,
            new CoinWalk
            {
                DueTimes = 5,
                Before = (w, at, past) =>
                {
                    Moods(seed)(w, at, past);
                    Suspend(w, first, at >= 1);
                    Assert.True(at < 4 || w.Attempt!.Order[0] != first, "the place has not passed on");
                },
            }
        );
    }

    /// <summary>The step passes sooner or later, as the coins fall.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_step_that_passes(int seed)
    {
        var small = new StepMinima
        {
            MinRuns = 1,
            MinItems = 0,
            MinStores = 1,
        };
        var world = World(
            2,
            spec => Endless(spec) with { Steps = [A.Steps("1")[0] with { Evidence = small }, .. A.Steps("100%")] },
            A.Flow()
        );

        Average(world, new CoinWalk { DueTimes = 4, Before = Moods(seed) });
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Control_that_is_edited(int seed) =>
        Average(
            World(2, A.Flow()),
            new CoinWalk
            {
                DueTimes = 3,
                Before = (world, at, past) =>
                {
                    Moods(seed)(world, at, past);
                    var control = new Percent(
                        at == 0 ? "20%"
                        : at == 1 ? "90%"
                        : "0%"
                    );
                    world.SetRollout(s => s with { Analysis = s.Analysis with { Control = control } });
                },
            }
        );

    /// <summary>They hold up the settling of the due times after them.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Runs_that_overlap_the_next_due_time(int seed) =>
        Average(
            World(2, A.Flow()),
            new CoinWalk
            {
                DueTimes = 3,
                Before = (world, at, past) =>
                {
                    Moods(seed)(world, at, past);
                    world.Both(
                        world.Versions[A.Good] with
                        {
                            Duration = TimeSpan.FromSeconds((at + seed) % 2 == 0 ? 12 : 2),
                        }
                    );
                },
            }
        );

    /// <summary>A run-now for chosen stores has no coin and is no evidence; one for all stores flips.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public void Runs_by_hand(int seed) =>
        Average(
            World(2, A.Flow()),
            new CoinWalk
            {
                DueTimes = 3,
                Before = (world, at, past) =>
                {
                    Moods(seed)(world, at, past);
                    if (at == 1)
                    {
                        world.Do($"now-{at}", seed % 2 == 0 ? A.RunNow("orders", "store-0001") : A.RunNow("orders"));
                    }
                },
            }
        );

    [Fact]
    public void The_walk_sees_a_version_that_is_worse()
    {
        var walk = new CoinWalk
        {
            DueTimes = 4,
            Before = (world, _, _) => world.Versions[A.Better] = new Behaviour { Ok = 0, Failed = 10 },
        };

        Assert.True(walk.Mean(World(2, A.Flow())) > 1.5);
    }

    private CoinWalk Average(int seed, int stores, int dueTimes, params ImmutableArray<Flow> flows) =>
        Average(World(stores, flows), new CoinWalk { DueTimes = dueTimes, Before = Moods(seed) });

    private CoinWalk Average(World world, CoinWalk walk)
    {
        // With one place, coins may have fallen before: those of the stores that waited for the pilot's place.
        var start = Rollouts.Trials.MeanEvidence(world.Record, world.Attempt!) ?? 1;
        var mean = walk.Mean(world) / start;

        output.WriteLine($"{walk.Leaves} ways, mean {mean:R}, largest {walk.Largest:0.0}");
        Assert.InRange(mean, 1 - Rounding, 1 + Rounding);
        Assert.True(walk.Leaves >= 8, $"only {walk.Leaves} ways");
        return walk;
    }

    private static World World(int stores, params ImmutableArray<Flow> flows) => World(stores, Endless, flows);

    private static World World(int stores, Func<RolloutSpec, RolloutSpec> rollout, params ImmutableArray<Flow> flows)
    {
        var world = A.TrialWorld(stores, rollout, flows);
        world.Try();
        world.ToSlot(seconds: 30);
        return world;
    }

    /// <summary>How both versions behave on a due time: as it comes, by the store and by how the coins fell before.</summary>
    private static Action<World, int, int> Moods(int seed) =>
        (world, at, past) =>
        {
            var random = new Random(unchecked((((seed * 31) + at) * 8191) + past));
            var crashes = random.Next(4) == 0 ? $"store-{random.Next(1, 4):0000}" : null;
            var parts = Enumerable
                .Range(1, 3)
                .ToDictionary(i => $"store-{i:0000}", _ => Part(random), StringComparer.Ordinal);
            world.Both(new Behaviour { Says = s => parts[s], CrashesAt = crashes });
        };

    private static string Part(Random random) =>
        random.Next(7) switch
        {
            0 => WorkerReport.Store(0, failed: random.Next(1, 30)),
            1 => WorkerReport.Store(0),
            2 => WorkerReport.Store(random.Next(5), failed: 0, hasMore: random.Next(3) == 0),
            3 => WorkerReport.Failed(4, 't'),
            4 => WorkerReport.NotReached,
            _ => WorkerReport.Store(random.Next(40), failed: random.Next(4)),
        };

    private static void Suspend(World world, string store, bool isSuspended) =>
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Stores =
                [
                    .. world.Connector.Spec.Stores.Select(s => s.Name == store ? s with { Suspend = isSuspended } : s),
                ],
            },
        };
}
