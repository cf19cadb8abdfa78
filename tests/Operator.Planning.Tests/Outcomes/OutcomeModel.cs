using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Outcomes;

/// <summary>Plays a history and checks each commit: the rows that it adds, and that it changes no older row.</summary>
internal sealed class OutcomeModel
{
    private const int Stores = 5;
    private readonly Dictionary<string, Dictionary<string, StoreOutcome>> _told = [];
    private readonly Dictionary<(string Occasion, string Store), StoreOutcome> _byRuns = [];

    /// <summary>The active stores of the plan that opened the occasion.</summary>
    private readonly Dictionary<string, HashSet<string>> _dueOn = [];
    private int _folded;

    public OutcomeModel(Flow flow)
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
        foreach (var occasion in after.Plan("orders").Occasions)
        {
            _dueOn.TryAdd(occasion.Id, Active());
        }
        if (World.Last.MustCommit && after != before)
        {
            Check(before, after);
        }
        World.Now += TimeSpan.FromSeconds(1);
    }

    private HashSet<string> Active() =>
        [.. World.Connector.Spec.Stores.Where(s => !s.Suspend && !World.Connector.Spec.Suspend).Select(s => s.Name)];

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

    private void Check(ConnectorRecord before, ConnectorRecord record)
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
                CheckFresh(row, outcomes, [.. before.Outcomes.Stores]);
                fresh.Add(outcomes);
                _told[row.Id] = outcomes;
            }
        }
        if (rows.Length < OutcomeBook.MostOccasions)
        {
            CheckCounts(before.Plan("orders").MissedBy, record.Plan("orders").MissedBy, fresh);
        }
        var closed = record.Plan("orders").Occasions.Where(o => o.IsClosed && o.Slot >= rows[0].Slot);
        Assert.All(closed, o => Assert.Contains(rows, r => r.Id == o.Id));
    }

    private static List<KeyValuePair<string, StoreOutcome>> Listed(Dictionary<string, StoreOutcome> outcomes) =>
        [.. outcomes.Where(o => o.Value != StoreOutcome.NotListed).OrderBy(o => o.Key, StringComparer.Ordinal)];

    private void CheckFresh(ClosedOccasion row, Dictionary<string, StoreOutcome> outcomes, HashSet<string> known)
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
            Assert.True(
                IsDue(row, store.Name, known)
                    ? outcome.IsMiss()
                    : outcome is StoreOutcome.Suspended or StoreOutcome.NotListed,
                $"{store.Name}: {outcome} in {row.Slot:HH:mm:ss}"
            );
        }
        Assert.All(
            outcomes.Keys.Except(spec.Stores.Select(s => s.Name)),
            left => Assert.Equal(StoreOutcome.NotListed, outcomes[left])
        );
    }

    /// <summary>
    /// A store misses a slot when it was active in the plan that opened the slot, and is active now. It misses a slot that was never
    /// opened when the record knew the store before.
    /// </summary>
    private bool IsDue(ClosedOccasion row, string store, HashSet<string> known)
    {
        if (!Active().Contains(store))
        {
            return false;
        }
        var (attempts, plan) = (World.Record.Attempts, World.Record.Plan("orders"));
        return row.Kind == OccasionKind.Skipped
            ? known.Contains(store) && row.Slot > Later(attempts.ResumedAt, plan.ActiveSince)
            : _dueOn[row.Id].Contains(store);
    }

    private static DateTimeOffset Later(DateTimeOffset? a, DateTimeOffset? b) =>
        new[] { a, b }.Max() ?? DateTimeOffset.MinValue;

    /// <summary>A store that is removed or suspended does not count as missed.</summary>
    private void CheckCounts(MissedTally before, MissedTally after, List<Dictionary<string, StoreOutcome>> rows)
    {
        var spec = World.Connector.Spec;
        var wanted = spec.Stores.Where(s => !s.Suspend && !spec.Suspend).Select(s => s.Name).ToHashSet();
        long Told(params StoreOutcome[] sort) =>
            rows.Sum(r => r.Count(o => sort.Contains(o.Value) && wanted.Contains(o.Key)));
        Assert.Equal(after.Downtime - before.Downtime, Told(StoreOutcome.MissedByDowntime));
        Assert.Equal(after.Isolation - before.Isolation, Told(StoreOutcome.MissedByIsolation));
        Assert.Equal(after.Unknown - before.Unknown, Told(StoreOutcome.MissedByUnknownCause));
        Assert.Equal(after.Capacity - before.Capacity, Told(StoreOutcome.MissedByCapacity));
        Assert.Equal(after.Concurrency - before.Concurrency, Told(StoreOutcome.MissedByConcurrency));
        Assert.Equal(after.Auth - before.Auth, Told(StoreOutcome.MissedByAuth));
        Assert.Equal(
            after.Infra + after.Node - before.Infra - before.Node,
            Told(
                StoreOutcome.BrokenOff,
                StoreOutcome.NeverStarted,
                StoreOutcome.NeverSeen,
                StoreOutcome.MissedByInfra,
                StoreOutcome.MissedByNode
            )
        );
    }
}
