using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>
/// Places in a cohort: only a store that has been away for two due times loses its own. One that has run the candidate and then pauses for
/// credentials keeps it: a version that burns tokens does not walk through the stores. Besides stores that people suspended or
/// removed, an attempt reaches no more stores than its cohort has places.
/// </summary>
internal sealed class PlaceWatch(FakeCluster cluster, ObjectKey connector, List<string> violations)
{
    private readonly Dictionary<string, HashSet<string>> _reached = new(StringComparer.Ordinal);

    /// <summary>Stores that people removed, perhaps for a while.</summary>
    private readonly HashSet<string> _removed = new(StringComparer.Ordinal);

    /// <summary>Called for each committed record of a running attempt. <paramref name="known"/>: the attempt as it was before.</summary>
    public void Committed(string key, Attempt known, ConnectorRecord record, DateTimeOffset at)
    {
        var attempt = record.RunningAttempt!; // the caller has it
        var (spec, listed) = (Spec(), Listed(record));
        var ran = _reached.GetValueOrDefault(key) ?? [];
        _removed.UnionWith(ran.Except(listed, StringComparer.Ordinal));
        foreach (
            var store in known.Order.Take(known.Cohort).Except(attempt.Order.Take(known.Cohort), StringComparer.Ordinal)
        )
        {
            Expect(
                !known.Away.TryGetValue(store, out var since) || at - since >= 2 * ShortestPeriod(spec, at),
                at,
                $"store {store} lost its place in attempt {attempt.Number} after {at - since}"
            );
            Expect(
                MaySuspend(spec)
                    || !listed.Contains(store)
                    || !ran.Contains(store)
                    || !record.Pauses.Auth.ContainsKey(store),
                at,
                $"store {store} pauses, has run the candidate of attempt {attempt.Number} and lost its place"
            );
        }
    }

    /// <summary>Called when a candidate's container is first seen running.</summary>
    public void Started(string key, Attempt attempt, Fingerprint print, DateTimeOffset at)
    {
        _reached.TryAdd(key, new HashSet<string>(StringComparer.Ordinal));
        var ran = _reached[key];
        ran.UnionWith(print.Stores);
        var counted = ran.Count(s => !_removed.Contains(s) && attempt.Order.Contains(s, StringComparer.Ordinal));
        Expect(
            MaySuspend(Spec()) || counted <= attempt.Cohort,
            at,
            $"attempt {attempt.Number} has reached {counted} stores with a cohort of {attempt.Cohort}"
        );
    }

    private ConnectorSpec Spec() => Gathering.Projections.Connector(cluster.Find(Kinds.Connectors, connector)!).Spec; // worlds always have one

    private HashSet<string> Listed(ConnectorRecord record) =>
        [.. Spec().Stores.Select(s => s.Name), .. record.Stores.Lists.SelectMany(l => l.Stores).Select(s => s.Name)];

    private bool MaySuspend(ConnectorSpec spec) =>
        spec.Suspend || cluster.All(Kinds.Actions).Any(a => a.Json.GetProperty("spec").Text("action") == "Suspend");

    private static TimeSpan ShortestPeriod(ConnectorSpec spec, DateTimeOffset at) =>
        spec.Flows.Select(f => Schedule.Of(f)).Min(s => s.Next(at) is { } slot ? s.Period(slot) : TimeSpan.Zero);

    private void Expect(bool holds, DateTimeOffset at, string what)
    {
        if (!holds)
        {
            violations.Add($"{at:HH:mm:ss.fff}: {what}");
        }
    }
}
