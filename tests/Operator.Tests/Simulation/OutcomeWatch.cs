using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Tests.Simulation;

/// <summary>
/// The outcome of each store on each occasion in the record agrees with its pods in the API server: a sync was reported, a
/// missed store had no pod, and a written outcome never changes.
/// </summary>
internal sealed class OutcomeWatch(List<string> violations)
{
    /// <summary>The timeout of these worlds is 20 s.</summary>
    private static readonly TimeSpan AlmostTimeout = TimeSpan.FromSeconds(14);

    private readonly HashSet<Key> _held = [];
    private readonly HashSet<(Key, StoreOutcome)> _shown = [];
    private readonly HashSet<Key> _leftOut = [];
    private readonly Dictionary<
        (string Record, string Flow, string Occasion),
        Dictionary<string, StoreOutcome>
    > _rows = [];

    private readonly record struct Key(string Record, string Flow, string Occasion, string Store);

    public void Saw(ObservedPod pod, Fingerprint print)
    {
        for (var i = 0; i < print.Stores.Length; i++)
        {
            var key = new Key(print.Record, print.Flow, print.Occasion, print.Stores[i]);
            _held.Add(key);
            if (pod.Container is ContainerSight.Terminated end)
            {
                var shown = Shown(end, print, i);
                _shown.Add((key, shown));
                // What a run that was broken off did not reach is owed, whatever its exit code.
                var isByItself = pod is { IsDeleting: false, Disruption: null, Reason: null };
                // Where the flow has reported before, no report is no success.
                var isWithout = shown is StoreOutcome.NotReached or StoreOutcome.OkWithoutCounts;
                if (isWithout && (isByItself || end.FinishedAt - end.StartedAt > AlmostTimeout))
                {
                    _leftOut.Add(key);
                }
            }
        }
    }

    public void Committed(ConnectorRecord record, DateTimeOffset at)
    {
        foreach (var (flow, timeline) in record.Outcomes.Flows)
        {
            foreach (var row in timeline.Occasions)
            {
                var outcomes = record
                    .Outcomes.Stores.Zip(record.Outcomes.Unpack(row))
                    .Where(o => o.Second != StoreOutcome.NotListed)
                    .ToDictionary(o => o.First, o => o.Second, StringComparer.Ordinal);
                if (!_rows.TryGetValue((record.Id, flow, row.Id), out var before))
                {
                    _rows[(record.Id, flow, row.Id)] = outcomes;
                    Check(outcomes, at, new Key(record.Id, flow, row.Id, ""));
                }
                else if (outcomes.Except(before).Any())
                {
                    violations.Add($"{at:HH:mm:ss.fff} the outcomes of {row.Id} of flow {flow} were written again");
                }
            }
            foreach (var closed in record.Plan(flow).Occasions.Where(o => o.IsClosed))
            {
                if (!_rows.ContainsKey((record.Id, flow, closed.Id)))
                {
                    violations.Add($"{at:HH:mm:ss.fff} {closed.Id} of flow {flow} closed without its outcomes");
                }
            }
        }
    }

    private void Check(Dictionary<string, StoreOutcome> outcomes, DateTimeOffset at, Key row)
    {
        foreach (var (store, outcome) in outcomes)
        {
            var key = row with { Store = store };
            var agrees = outcome switch
            {
                // A failed run of a single store has this outcome without a report.
                StoreOutcome.InternalError or StoreOutcome.TimedOut => _held.Contains(key),
                _ when outcome.IsMiss() || !outcome.IsDue() => !_held.Contains(key),
                StoreOutcome.NotReached => _leftOut.Contains(key),
                StoreOutcome.BrokenOff or StoreOutcome.NeverStarted or StoreOutcome.NeverSeen => true,
                _ => _shown.Contains((key, outcome)),
            };
            if (!agrees)
            {
                violations.Add(
                    $"{at:HH:mm:ss.fff} the record says {outcome} of {key}, but its pods showed something else"
                );
            }
        }
    }

    private static StoreOutcome Shown(ContainerSight.Terminated end, Fingerprint print, int i) =>
        Report.Parse(end.Message, print.Stores.Length) switch
        {
            Report.Read { Stores: var stores } when stores[i] is { } store => store switch
            {
                { Ok: 0, Failed: 0, HasMore: true } => StoreOutcome.NoProgress,
                { Failed: 0 } => StoreOutcome.Ok,
                { Ok: > 0 } => StoreOutcome.SomeFailed,
                _ => (StoreOutcome)store.Classes.Keys.First(), // pods of these worlds name one class at most
            },
            Report.Missing when end.ExitCode == 0 => StoreOutcome.OkWithoutCounts,
            _ => StoreOutcome.NotReached,
        };
}
