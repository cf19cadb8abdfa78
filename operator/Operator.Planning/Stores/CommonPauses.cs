using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// Most stores of an application that fail to authenticate alike have one cause: the login is down, or the application's own Secret is
/// wrong. Then one due run in 5 minutes probes for all, and one success ends the pauses that began together. A connector has one
/// application, the one of <c>spec.credentials</c>: a change of its Secret's name ends all pauses by itself. See decision 0047.
/// </summary>
internal static class CommonPauses
{
    public static readonly TimeSpan BetweenProbes = TimeSpan.FromMinutes(5);

    /// <summary>One store fails like no other: it says nothing of the application.</summary>
    private const int Fewest = 2;

    /// <summary>Begins when more than half of the active stores pause, and nobody else has got in since they began.</summary>
    public static ConnectorRecord Begin(ConnectorRecord record, EffectiveSpec effective, DateTimeOffset now)
    {
        var pauses = record.Pauses;
        if (pauses.Common is not null || 2 * pauses.Auth.Count <= effective.Roster.Active.Length)
        {
            return record;
        }
        var alike = pauses
            .Auth.Where(p => now < p.Value.Until && !IsApart(pauses, p.Value) && effective.Roster.IsActive(p.Key))
            .Select(p => p.Value.Since)
            .ToList();
        return alike.Count < Fewest || 2 * alike.Count <= effective.Roster.Active.Length
            ? record
            : record with
            {
                Pauses = pauses with
                {
                    Common = new CommonPause { Since = alike.Min(), NextProbe = now + BetweenProbes },
                },
            };
    }

    /// <summary>
    /// The store authenticated in a run that started at this instant. Its own pause ends, and the common one, unless the run was under way
    /// when that began: such a run may have signed in before.
    /// </summary>
    public static ConnectorRecord GotIn(
        ConnectorRecord record,
        string store,
        DateTimeOffset startedAt,
        DateTimeOffset now
    )
    {
        var pauses = record.Pauses;
        if (pauses.Auth.IsEmpty)
        {
            return record;
        }
        var auth = pauses.Auth.Remove(store);
        // While others get in, the stores that don't have a cause of their own. A store that paused itself only proves that the cause is over.
        if (ReferenceEquals(auth, pauses.Auth) && !(pauses.GotInAt >= startedAt))
        {
            pauses = pauses with { GotInAt = startedAt };
        }
        if (pauses.Common is { } common && startedAt >= common.Since)
        {
            (auth, pauses) = (Freed(auth, common, now), pauses with { Common = null });
        }
        return record with { Pauses = pauses.With(auth) };
    }

    /// <summary>The run of this entry is the next probe.</summary>
    public static ConnectorRecord Probed(ConnectorRecord record, ProbeRun run, DateTimeOffset at) =>
        record.Pauses.Common is { } common
            ? record with
            {
                Pauses = record.Pauses with
                {
                    Common = common with { NextProbe = at + BetweenProbes, Probes = common.Probes + 1, Probe = run },
                },
            }
            : record;

    /// <summary>A probe that ended before it reached its store told nothing, so the next one need not wait.</summary>
    public static ConnectorRecord AfterProbe(ConnectorRecord record, RunEnded run) =>
        record.Pauses.Common is { Probe: { } probe } common
        && (probe.Flow, probe.Occasion, probe.Index) == (run.Flow, run.Occasion.Id, run.Entry.Index)
        && (run.Entry.ReachedNothing || run.Entry.Result == RunResult.Lost)
            ? record with
            {
                Pauses = record.Pauses with { Common = common with { NextProbe = run.At } },
            }
            : record;

    /// <summary>The store whose probe the cluster broke off on this occasion: it tries again, by the waits of every run. Null: none.</summary>
    public static string? TriesAgain(ConnectorRecord record, string flow, string occasion) =>
        record.Pauses.Common?.Probe is { } probe
        && probe.Flow == flow
        && probe.Occasion == occasion
        && Find(record, probe) is { ReachedNothing: true } entry
            ? entry.Stores[0] // a broken-off run has one at least
            : null;

    /// <summary>The newest probe has not ended yet, so nobody knows whether the cause lasts.</summary>
    public static bool IsProbing(ConnectorRecord record) =>
        record.Pauses.Common?.Probe is { } probe && Find(record, probe) is { Result: null };

    private static Entry? Find(ConnectorRecord record, ProbeRun probe) =>
        record.Plan(probe.Flow).Find(probe.Occasion) is { } occasion && probe.Index < occasion.Entries.Length
            ? occasion.Entries[probe.Index]
            : null;

    /// <summary>Until when the store is held; null: it does not pause.</summary>
    public static DateTimeOffset? Until(PauseBook pauses, string store) =>
        pauses.Auth.GetValueOrDefault(store) is not { } pause ? null
        : pauses.Common is not { } common ? pause.Until
        : common.Covers(pause) || pause.Until < common.NextProbe ? common.NextProbe
        : pause.Until;

    /// <summary>
    /// The stores may run when they are due. That they have failed is still known, until each gets in itself: while others get in all the
    /// time, a second common pause would free them again and again.
    /// </summary>
    private static ImmutableSortedDictionary<string, AuthPause> Freed(
        ImmutableSortedDictionary<string, AuthPause> auth,
        CommonPause common,
        DateTimeOffset now
    ) =>
        auth.SetItems(
            auth.Where(p => common.Covers(p.Value) && p.Value.Until > now)
                .Select(p => KeyValuePair.Create(p.Key, p.Value with { Failures = 1, Until = now }))
        );

    /// <summary>Others have got in since the pause began.</summary>
    private static bool IsApart(PauseBook pauses, AuthPause pause) => pause.Since <= pauses.GotInAt;
}
