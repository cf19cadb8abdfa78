using System.Collections.Immutable;
using CsCheck;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Outcomes;

/// <summary>
/// Each closed occasion has exactly one outcome for each store. The outcome equals a naive reading of the runs, and the counts
/// of missed syncs equal the outcomes.
/// </summary>
public sealed class OutcomeProperties
{
    private const int Stores = 5;

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
                    var watch = new Watch(flow);
                    foreach (var (trouble, amount) in history)
                    {
                        Make(watch, trouble, amount);
                        watch.Step();
                    }
                },
                iter: 60
            );

    private static void Make(Watch watch, Trouble trouble, int amount)
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

    /// <summary>Plays a history and checks each commit: the rows that it adds, and that it changes no older row.</summary>
    private sealed class Watch
    {
        private readonly Dictionary<string, Dictionary<string, StoreOutcome>> _told = [];
        private readonly Dictionary<(string Occasion, string Store), StoreOutcome> _byRuns = [];
        private int _folded;

        public Watch(Flow flow)
        {
            World = new World { Connector = A.Connector(new World().Now, Stores) };
            World.Connector = World.Connector with { Spec = World.Connector.Spec with { Flows = [flow] } };
        }

        public World World { get; }

        public void Step(int crashAfter = int.MaxValue)
        {
            var before = World.Record;
            World.Step(crashAfter);
            Fold();
            var after = World.Record;
            if (World.Last.MustCommit && after != before)
            {
                Check(before.Plan("orders"), after);
            }
            World.Now += TimeSpan.FromSeconds(1);
        }

        /// <summary>The naive model: the best success, else the last failure of the store, else the last interrupted run.</summary>
        private void Fold()
        {
            foreach (var run in World.Ended.Skip(_folded))
            {
                for (var i = 0; i < run.Entry.Stores.Length; i++)
                {
                    var key = (run.Occasion.Id, run.Entry.Stores[i]);
                    var outcome = Naive(run, i);
                    _byRuns[key] =
                        _byRuns.TryGetValue(key, out var old) && Goodness(old) > Goodness(outcome) ? old : outcome;
                }
            }
            _folded = World.Ended.Count;
        }

        private static int Goodness(StoreOutcome outcome) =>
            "leb".Contains((char)outcome) ? 0 : 1 + "fko".IndexOf((char)outcome, StringComparison.Ordinal) + 1;

        private static StoreOutcome Naive(RunEnded run, int i)
        {
            var (ending, isAlone) = (run.Ending, run.Entry.Stores.Length == 1);
            if (ending.Reports[i] is { } report)
            {
                return report switch
                {
                    { Failed: 0 } => StoreOutcome.Ok,
                    { Ok: > 0 } => StoreOutcome.SomeFailed,
                    _ => (StoreOutcome)report.Classes.MaxBy(c => c.Value).Key,
                };
            }
            return ending.Result switch
            {
                RunResult.Succeeded => ending.HasReport ? StoreOutcome.NotReached : StoreOutcome.OkWithoutCounts,
                RunResult.Failed when isAlone => ending.Reason == Reasons.TimedOut
                    ? StoreOutcome.TimedOut
                    : StoreOutcome.InternalError,
                RunResult.Failed => StoreOutcome.NotReached,
                RunResult.Infra => StoreOutcome.BrokenOff,
                RunResult.NotStarted => StoreOutcome.NeverStarted,
                _ => StoreOutcome.NeverSeen,
            };
        }

        private void Check(FlowPlan before, ConnectorRecord record)
        {
            var book = record.Outcomes;
            var rows = book.Of("orders").Occasions;
            Assert.Equal(rows.Select(r => r.Id).Distinct(), rows.Select(r => r.Id));
            Assert.Equal(rows.OrderBy(r => r.Slot).Select(r => r.Id), rows.Select(r => r.Id));
            Assert.True(rows.Length <= OutcomeBook.MostOccasions);
            Assert.Equal(book.Stores.Distinct(), book.Stores);
            var fresh = new List<Dictionary<string, StoreOutcome>>();
            foreach (var row in rows)
            {
                var outcomes = book.Stores.Zip(book.Unpack(row)).ToDictionary(p => p.First, p => p.Second);
                if (_told.TryGetValue(row.Id, out var old))
                {
                    // A row is written once. Only NotListed stores may be added or removed.
                    Assert.Equal(Listed(old), Listed(outcomes));
                }
                else
                {
                    CheckFresh(row, outcomes);
                    fresh.Add(outcomes);
                    _told[row.Id] = outcomes;
                }
            }
            if (rows.Length < OutcomeBook.MostOccasions)
            {
                CheckCounts(before.MissedBy, record.Plan("orders").MissedBy, fresh);
            }
            var closed = record.Plan("orders").Occasions.Where(o => o.IsClosed && o.Slot >= rows[0].Slot);
            Assert.All(closed, o => Assert.Contains(rows, r => r.Id == o.Id));
        }

        private static List<KeyValuePair<string, StoreOutcome>> Listed(Dictionary<string, StoreOutcome> outcomes) =>
            [.. outcomes.Where(o => o.Value != StoreOutcome.NotListed).OrderBy(o => o.Key, StringComparer.Ordinal)];

        private void CheckFresh(ClosedOccasion row, Dictionary<string, StoreOutcome> outcomes)
        {
            var spec = World.Connector.Spec;
            foreach (var store in spec.Stores)
            {
                var outcome = outcomes[store.Name];
                if (_byRuns.TryGetValue((row.Id, store.Name), out var byRuns))
                {
                    Assert.Equal(byRuns, outcome);
                    continue;
                }
                Assert.Equal(
                    store.Suspend
                        || spec.Suspend
                        || row.Slot <= World.Record.Attempts.ResumedAt && row.Kind == OccasionKind.Skipped,
                    outcome == StoreOutcome.Suspended
                );
                Assert.True(outcome == StoreOutcome.Suspended || outcome.IsMiss(), outcome.ToString());
            }
            Assert.All(
                outcomes.Keys.Except(spec.Stores.Select(s => s.Name)),
                left => Assert.Equal(StoreOutcome.NotListed, outcomes[left])
            );
        }

        /// <summary>A store that is removed or suspended does not count as missed.</summary>
        private void CheckCounts(MissedTally before, MissedTally after, List<Dictionary<string, StoreOutcome>> rows)
        {
            var spec = World.Connector.Spec;
            var wanted = spec.Stores.Where(s => !s.Suspend && !spec.Suspend).Select(s => s.Name).ToHashSet();
            long Told(params StoreOutcome[] sort) =>
                rows.Sum(r => r.Count(o => sort.Contains(o.Value) && wanted.Contains(o.Key)));
            Assert.Equal(after.Downtime - before.Downtime, Told(StoreOutcome.MissedByDowntime));
            Assert.Equal(after.Capacity - before.Capacity, Told(StoreOutcome.MissedByCapacity));
            Assert.Equal(after.Concurrency - before.Concurrency, Told(StoreOutcome.MissedByConcurrency));
            Assert.Equal(after.Auth - before.Auth, Told(StoreOutcome.MissedByAuth));
            Assert.Equal(
                after.Infra - before.Infra,
                Told(StoreOutcome.BrokenOff, StoreOutcome.NeverStarted, StoreOutcome.NeverSeen)
            );
        }
    }
}
