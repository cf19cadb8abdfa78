using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Tests.Simulation;

/// <summary>
/// No store is promised more calls than its quota allows, by the committed entries alone. Calls of a run that never started can
/// be promised again. A lost record forgets its promises, so each record is checked by itself.
/// </summary>
internal sealed class QuotaWatch
{
    /// <summary>The clock difference at which planning stops plus the longest time of a commit, at both ends of the interval.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(16);
    private readonly Quota? _quota;
    private readonly List<string> _violations;
    private readonly HashSet<(string Record, string Flow, string Occasion, int Index)> _seen = [];
    private readonly Dictionary<(string Record, string Flow, string Occasion, int Index), DateTimeOffset> _open = [];
    private readonly Dictionary<(string Record, string Store), List<DateTimeOffset>> _promised = [];

    public QuotaWatch(Quota? quota, List<string> violations) => (_quota, _violations) = (quota, violations);

    public void Committed(ConnectorRecord record, DateTimeOffset at)
    {
        var runs = (
            from plan in record.Plans
            from occasion in plan.Value.Occasions
            from entry in occasion.Entries
            where entry.Promised is not null
            select (Key: (record.Id, plan.Key, occasion.Id, entry.Index), Entry: entry)
        ).ToList();
        foreach (var (key, entry) in runs.Where(r => NeverStarted(r.Entry)))
        {
            if (_open.Remove(key, out var promisedAt))
            {
                GivenBack(record.Id, entry, promisedAt);
            }
        }
        foreach (var (key, entry) in runs.Where(r => _seen.Add(r.Key)))
        {
            _open[key] = at;
            Promised(record.Id, entry, at);
        }
    }

    private static bool NeverStarted(Entry entry) =>
        UncreatedPods.IsNotCreated(entry)
        || entry
            is {
                    Stop: StopCause.StartTimeout,
                    Result: RunResult.NotStarted or RunResult.Infra,
                    Reason: not Reasons.GivenUp
                }
                or { Result: RunResult.Infra, Reason: Reasons.ForeignPod or SyncPods.Rejection };

    private void GivenBack(string record, Entry entry, DateTimeOffset promisedAt)
    {
        foreach (var store in entry.Stores)
        {
            _promised[(record, store)].Remove(promisedAt);
        }
    }

    private void Promised(string record, Entry entry, DateTimeOffset at)
    {
        foreach (var store in entry.Stores)
        {
            if (!_promised.TryGetValue((record, store), out var calls))
            {
                _promised[(record, store)] = calls = [];
            }
            calls.Add(at);
            Check(store, calls);
        }
    }

    private void Check(string store, List<DateTimeOffset> calls)
    {
        if (_quota is not { Rate: { } rate, Burst: { } burst } || !rate.TryGet(out var count, out var per))
        {
            _violations.Add($"store {store} was promised calls, but there is no quota with a rate and a burst");
            return;
        }
        for (var first = 0; first < calls.Count; first++)
        {
            var made = calls.Count - first;
            var most = burst + ((calls[^1] - calls[first] + Tolerance) / per * count);
            if (made > most)
            {
                _violations.Add(
                    $"store {store} was promised {made} calls since {calls[first]:HH:mm:ss}, {most:0.0} are allowed"
                );
            }
        }
    }
}
