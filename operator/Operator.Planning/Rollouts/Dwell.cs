using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>An occasion that was settled now.</summary>
/// <param name="Flow">The flow's name.</param>
/// <param name="Occasion">The occasion before that.</param>
/// <param name="Before">What was known of the flow before that.</param>
/// <param name="At">When.</param>
internal sealed record SettledRound(string Flow, Occasion Occasion, TrialSight Before, DateTimeOffset At)
{
    /// <summary>The flows that are judged and that the spec still lists: one that left in trouble keeps nobody waiting.</summary>
    public required ImmutableArray<string> Judged { get; init; }

    /// <summary>Before the occasion, the step waited for evidence, and not only for time, and every judged flow could have some.</summary>
    public required bool IsEvidenceAwaited { get; init; }
}

/// <summary>Counts how long a step has lasted, and how long it has waited for evidence, in observed occasions only.</summary>
internal static class Dwell
{
    /// <summary>
    /// A counted occasion of a judged flow adds the time since the last one counted, at most the flow's own period. So neither an outage nor a
    /// wrong clock shortens a step. Nothing is added while a judged flow is in trouble. Evidence is waited for as long in any occasion before
    /// which it did not suffice, but not while a judged flow is suspended: the others' due times are no time in which it could have had any.
    /// </summary>
    public static ConnectorRecord After(ConnectorRecord record, SettledRound round)
    {
        // A run-now is no due time: it has no period that could be added, so it takes no time from the round after it.
        if (
            record.RunningAttempt is not { PausedOn: null } attempt
            || round.Occasion.Order is not null
            || !round.Judged.Contains(round.Flow, StringComparer.Ordinal)
        )
        {
            return record;
        }
        var isInTrouble = round.Judged.Any(f => Trials.Find(record, f) is { IsInTrouble: true });
        var isCounted = Trials.Find(record, round.Flow) is { } now && now.Rounds > round.Before.Rounds;
        if (!isInTrouble)
        {
            attempt = attempt with
            {
                Waited = attempt.Waited + (round.IsEvidenceAwaited ? Since(attempt.WaitMark, round) : TimeSpan.Zero),
                Dwelled = attempt.Dwelled + (isCounted ? Since(attempt.DwellMark, round) : TimeSpan.Zero),
            };
        }
        return record with
        {
            Attempts = record.Attempts with
            {
                Current = attempt with
                {
                    WaitMark = Later(attempt.WaitMark, round.At),
                    DwellMark = isCounted && !isInTrouble ? Later(attempt.DwellMark, round.At) : attempt.DwellMark,
                },
            },
        };
    }

    private static TimeSpan Since(DateTimeOffset mark, SettledRound round)
    {
        var elapsed = round.At - mark;
        return elapsed <= TimeSpan.Zero ? TimeSpan.Zero
            : elapsed < round.Occasion.Period ? elapsed
            : round.Occasion.Period;
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}
