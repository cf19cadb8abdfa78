using System.Collections.Immutable;
using CsCheck;
using Operator.Api;

namespace Operator.Planning.Tests.Outcomes;

/// <summary>
/// Each closed occasion has exactly one outcome for each store. The outcome equals a naive reading of the runs, and the counts
/// of missed syncs equal the outcomes.
/// </summary>
public sealed class OutcomeProperties
{
    private enum Trouble
    {
        None,
        Downtime,
        ClockBack,
        Crash,
        DeletePods,
        LongRuns,
        BadVersion,
        SuspendStore,
        SuspendConnector,
        AddStore,
        RemoveStore,
    }

    private static readonly Behaviour[] Behaviours =
    [
        new Behaviour(),
        new Behaviour { IsSilent = true },
        new Behaviour { Failed = 3 },
        new Behaviour { Fails = "store-002", FailingClass = 'p' },
        new Behaviour { Skips = "store-001" },
        new Behaviour { CrashesAt = "store-003" },
        new Behaviour { ExitCode = 1 },
        new Behaviour { CanStart = false },
        new Behaviour { HasMore = true },
        new Behaviour { LockedOut = ["store-002"] },
        new Behaviour { Duration = TimeSpan.FromSeconds(60) },
    ];

    private static readonly Gen<(Trouble Trouble, int Amount)[]> Histories = Gen.Select(
        Gen.Frequency((8, Gen.Const(Trouble.None)), (2, Gen.Enum<Trouble>())),
        Gen.Int[1, 10]
    ).Array[40, 160];

    private static readonly Gen<Flow> Flows = Gen.Select(Gen.Int[1, 5], Gen.Int[1, 3], Gen.Int[2, 25], Gen.Int[0, 2])
        .Select(
            (most, runs, deadline, retries) =>
                A.Flow() with
                {
                    MaxStoresPerRun = most,
                    MaxConcurrentRuns = runs,
                    Retries = retries,
                    StartingDeadline = new Duration($"{deadline}s"),
                }
        );

    [Fact]
    public void Each_closed_occasion_gives_each_store_the_outcome_that_its_runs_give() =>
        Gen.Select(Flows, Histories)
            .Sample(
                (flow, history) =>
                {
                    var watch = new OutcomeModel(flow);
                    foreach (var (trouble, amount) in history)
                    {
                        Make(watch, trouble, amount);
                        watch.Step();
                    }
                },
                iter: 60
            );

    private static void Make(OutcomeModel watch, Trouble trouble, int amount)
    {
        var (world, spec) = (watch.World, watch.World.Connector.Spec);
        switch (trouble)
        {
            case Trouble.Downtime:
                world.Now += TimeSpan.FromSeconds(amount == 10 ? 900 : 6 * amount);
                break;
            case Trouble.ClockBack:
                world.Now -= TimeSpan.FromSeconds(4 * amount);
                break;
            case Trouble.Crash:
                watch.Step(crashAfter: amount % 3);
                break;
            case Trouble.DeletePods:
                world.DeleteAllPods(reported: amount % 3);
                break;
            case Trouble.LongRuns:
                world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(3 * amount) };
                break;
            case Trouble.BadVersion:
                world.Versions[A.Good] = Behaviours[amount % Behaviours.Length];
                break;
            case Trouble.SuspendStore:
                var store = spec.Stores[amount % spec.Stores.Length];
                Change(world, spec.Stores.Replace(store, store with { Suspend = !store.Suspend }));
                break;
            case Trouble.SuspendConnector:
                world.Connector = world.Connector with { Spec = spec with { Suspend = !spec.Suspend } };
                break;
            // After the clock went back, a store with this name may exist.
            case Trouble.AddStore when spec.Stores.Length < 9 && spec.Stores.All(s => s.Name != Added(world)):
                Change(world, spec.Stores.Insert(0, new Store { Name = Added(world) }));
                break;
            case Trouble.RemoveStore when spec.Stores.Length > 2:
                Change(world, spec.Stores.RemoveAt(amount % spec.Stores.Length));
                break;
        }
    }

    private static string Added(World world) => $"added-{world.Now:HHmmss}";

    private static void Change(World world, ImmutableArray<Store> stores) =>
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Stores = stores } };
}
