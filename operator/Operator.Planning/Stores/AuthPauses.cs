using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// A store that can't authenticate is tried more and more rarely, because marketplaces block those who hammer. A run that gets
/// in, other credentials, another stable revision or a person (<see cref="Clear"/>) ends the pause. Only failures on the stable
/// arm begin one: a candidate that fails where stable got in is the judge's to convict, on full evidence.
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

    internal static bool Holds(Draft draft, string store) =>
        draft.Record.Pauses.Auth.TryGetValue(store, out var pause) && draft.Now < pause.Until;

    internal static DateTimeOffset? Until(Draft draft, string store) =>
        draft.Record.Pauses.Auth.GetValueOrDefault(store)?.Until;

    /// <summary>The pause goes on to that instant and beyond.</summary>
    internal static bool HoldsUntil(Draft draft, string store, DateTimeOffset at) =>
        draft.Record.Pauses.Auth.TryGetValue(store, out var pause) && at < pause.Until;

    /// <summary>Notes how the stores of a run that ended got in.</summary>
    internal static Draft After(Draft draft, Entry entry, RunEnding ending)
    {
        for (var i = 0; i < entry.Stores.Length; i++)
        {
            if (ending.Stores[i] is { } report)
            {
                draft = After(draft, entry, entry.Stores[i], report);
            }
        }
        return draft;
    }

    /// <summary>Drops pauses whose reason is gone: the store, its credentials or the revision. It needs no commit of its own.</summary>
    internal static Draft Forget(Draft draft)
    {
        var pauses = draft.Record.Pauses.Auth;
        var over = pauses
            .Where(p => draft.Roster.Find(p.Key) is null || !IsSameTry(draft, p.Key, p.Value))
            .Select(p => p.Key)
            .ToList();
        return over.Count == 0 ? draft : draft with { Record = Clear(draft.Record, over) };
    }

    private static bool IsSameTry(Draft draft, string store, AuthPause pause) =>
        string.Equals(pause.Revision, draft.Record.Revisions.StableHash, StringComparison.Ordinal)
        && string.Equals(pause.Credentials, StoreKeys.Reference(draft, store), StringComparison.Ordinal);

    private static Draft After(Draft draft, Entry entry, string store, StoreReport report)
    {
        var before = draft.Record.Pauses.Auth.GetValueOrDefault(store);
        if (report.FailingClass is not AuthClass)
        {
            // Whatever else went wrong, something got in or nothing was asked.
            return before is not null && report.Ok > 0
                ? draft.Decide(Clear(draft.Record, [store]), $"store '{store}' authenticates again")
                : draft;
        }
        // Runs that were under way when the pause began are part of the same failure.
        return entry.Arm != Arm.Stable || (before is not null && draft.Now < before.Until)
            ? draft
            : Pause(draft, entry, store, before);
    }

    private static Draft Pause(Draft draft, Entry entry, string store, AuthPause? before)
    {
        var failures = (before?.Failures ?? 0) + 1;
        var pause = new AuthPause
        {
            Failures = failures,
            Since = before?.Since ?? draft.Now,
            Until = draft.Now + LengthOf(failures),
            Revision = entry.Revision,
            Credentials = StoreKeys.Reference(draft, store),
        };
        var pauses = draft.Record.Pauses.Auth.SetItem(store, pause);
        var record = draft.Record with { Pauses = draft.Record.Pauses with { Auth = pauses } };
        var paused = draft.Decide(record, $"store '{store}' can't authenticate and pauses {LengthOf(failures)}");
        return before is null
            ? paused.Tell(
                EventTarget.Connector,
                Reasons.AuthFailed,
                $"store '{store}' can't authenticate: its runs pause, from 5 minutes to 6 hours, until it gets in",
                isWarning: true
            )
            : paused;
    }
}
