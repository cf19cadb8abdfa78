using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// A store that cannot authenticate is retried with growing pauses, because marketplaces block clients that retry often. A pause
/// ends when a run authenticates, the references to credentials or the stable revision change, or a user acts
/// (<see cref="Clear"/>). When most stores fail alike, they pause together (<see cref="CommonPauses"/>). Only failures on the stable arm start a pause: on the candidate arm they are evidence for the judge.
/// </summary>
public static class AuthPauses
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    /// <summary>The class of an authentication error in a report.</summary>
    internal const char AuthClass = 'a';

    /// <summary>Ends the pauses of these stores, because a user acted.</summary>
    public static ConnectorRecord Clear(ConnectorRecord record, IEnumerable<string> stores) =>
        record with
        {
            Pauses = record.Pauses.With(record.Pauses.Auth.RemoveRange(stores)),
        };

    /// <summary>5 minutes after the first failure, doubled after each further failure, at most 6 hours.</summary>
    public static TimeSpan LengthOf(int failures)
    {
        var doublings = Math.Clamp(failures - 1, 0, 16);
        var length = First * (1L << doublings);
        return length < Longest ? length : Longest;
    }

    /// <summary>The store is paused at <paramref name="at"/>.</summary>
    internal static bool Holds(PauseBook pauses, string store, DateTimeOffset at) =>
        at < CommonPauses.Until(pauses, store);

    /// <summary>Starts, extends and ends pauses by the run's reports.</summary>
    internal static ConnectorRecord After(ConnectorRecord record, RunEnded run, EffectiveSpec effective)
    {
        record = CommonPauses.AfterProbe(record, run);
        for (var i = 0; i < run.Entry.Stores.Length; i++)
        {
            if (run.Ending.Reports[i] is { } report)
            {
                record = After(record, run, new Seen(run.Entry.Stores[i], report), effective);
            }
        }
        return record;
    }

    /// <summary>Drops pauses whose store was removed, or whose credentials or stable revision changed. Forces no commit.</summary>
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
        var startedAt = run.Ending.StartedAt ?? run.At;
        if (seen.Report.FailingClass is not AuthClass)
        {
            return HasGotIn(seen.Report) ? CommonPauses.GotIn(record, seen.Store, startedAt, run.At) : record;
        }
        var before = record.Pauses.Auth.GetValueOrDefault(seen.Store);
        // A run that started before the pause was over belongs to the same failure: it was under way then, or it is a probe.
        if (run.Entry.Arm != Arm.Stable || (before is not null && startedAt < before.Until))
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

    /// <summary>
    /// An item that went well proves that the store authenticated, and so does the report that there is nothing to do. Other failures
    /// prove nothing.
    /// </summary>
    private static bool HasGotIn(StoreReport report) => report.Ok > 0 || report.IsClean;
}
