using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// A store that can't authenticate is tried more and more rarely, because marketplaces block clients that keep trying. A run that
/// authenticates, other credentials, another stable revision or a person (<see cref="Clear"/>) ends the pause. Only failures on the
/// stable arm begin one: a candidate that fails where stable authenticates is the judge's to convict, on full evidence.
/// </summary>
public static class AuthPauses
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    /// <summary>The class of an authentication error in a report.</summary>
    internal const char AuthClass = 'a';

    /// <summary>Ends the pauses of these stores: somebody has acted.</summary>
    public static ConnectorRecord Clear(ConnectorRecord record, IEnumerable<string> stores) =>
        record with
        {
            Pauses = record.Pauses with { Auth = record.Pauses.Auth.RemoveRange(stores) },
        };

    /// <summary>From the first failure 5, 10, 20 minutes and so on, at most 6 hours.</summary>
    public static TimeSpan LengthOf(int failures)
    {
        var doublings = Math.Clamp(failures - 1, 0, 16);
        var length = First * (1L << doublings);
        return length < Longest ? length : Longest;
    }

    /// <summary>The store's pause goes on at that instant.</summary>
    internal static bool Holds(PauseBook pauses, string store, DateTimeOffset at) =>
        pauses.Auth.TryGetValue(store, out var pause) && at < pause.Until;

    internal static DateTimeOffset? Until(PauseBook pauses, string store) =>
        pauses.Auth.GetValueOrDefault(store)?.Until;

    /// <summary>Notes which stores of the run authenticated and which did not.</summary>
    internal static ConnectorRecord After(ConnectorRecord record, RunEnded run, EffectiveSpec effective)
    {
        for (var i = 0; i < run.Entry.Stores.Length; i++)
        {
            if (run.Ending.Reports[i] is { } report)
            {
                record = After(record, run, new Seen(run.Entry.Stores[i], report), effective);
            }
        }
        return record;
    }

    /// <summary>Drops pauses whose reason is gone: the store, its credentials or the revision. It needs no commit of its own.</summary>
    internal static ConnectorRecord Forget(ConnectorRecord record, EffectiveSpec effective)
    {
        var over = record
            .Pauses.Auth.Where(p =>
                effective.Roster.Find(p.Key) is null || !IsSameTry(p.Key, p.Value, record, effective)
            )
            .Select(p => p.Key)
            .ToList();
        return over.Count == 0 ? record : Clear(record, over);
    }

    private sealed record Seen(string Store, StoreReport Report);

    private static bool IsSameTry(string store, AuthPause pause, ConnectorRecord record, EffectiveSpec effective) =>
        pause.Revision == record.Revisions.StableHash && pause.Credentials == StoreKeys.Reference(effective, store);

    private static ConnectorRecord After(ConnectorRecord record, RunEnded run, Seen seen, EffectiveSpec effective)
    {
        var before = record.Pauses.Auth.GetValueOrDefault(seen.Store);
        if (seen.Report.FailingClass is not AuthClass)
        {
            // An item that went well proves that the store authenticated; other failures prove nothing.
            return before is not null && seen.Report.Ok > 0 ? Clear(record, [seen.Store]) : record;
        }
        // Runs that were live when the pause began are part of the same failure.
        if (run.Entry.Arm != Arm.Stable || (before is not null && run.At < before.Until))
        {
            return record;
        }
        var failures = (before?.Failures ?? 0) + 1;
        var pause = new AuthPause
        {
            Failures = failures,
            Since = before?.Since ?? run.At,
            Until = run.At + LengthOf(failures),
            Revision = run.Entry.Revision,
            Credentials = StoreKeys.Reference(effective, seen.Store),
        };
        var pauses = record.Pauses.Auth.SetItem(seen.Store, pause);
        return record with { Pauses = record.Pauses with { Auth = pauses } };
    }
}
