using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>The first runs of an occasion as the judge looks at them. Retries and <c>more</c> are no evidence.</summary>
internal static class FirstRuns
{
    public static SettledOccasion Of(Attempt attempt, FlowPlan plan, Occasion occasion, bool hasCoins)
    {
        var cohort = attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal);
        var (inside, outside) = (ImmutableArray.CreateBuilder<EndedRun>(), ImmutableArray.CreateBuilder<EndedRun>());
        foreach (var entry in Entries(occasion).Where(IsKnown))
        {
            var isOutside = IsOutside(entry, cohort.Contains);
            // The pilot is no evidence. Where there are coins, it is a run without one.
            if (isOutside || hasCoins || !entry.IsPilot)
            {
                (isOutside ? outside : inside).Add(EndedRunOf(attempt, entry));
            }
        }
        return new SettledOccasion
        {
            Stage = occasion.Stage,
            Runs = inside.ToImmutable(),
            Outside = outside.ToImmutable(),
            RanWithoutCoin = [.. RanAgainBefore(plan, occasion)],
        };
    }

    /// <summary>
    /// What the run did was packed when it was folded. Not so by an operator without coins, or before the flow's trial began: nobody knows whether
    /// that run ended well.
    /// </summary>
    private static bool IsKnown(Entry entry) => entry.Counts.Length > 0;

    /// <summary>The entries that are the first run of each of their stores.</summary>
    public static IEnumerable<Entry> Entries(Occasion occasion)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in occasion.Entries)
        {
            var isFirst = !entry.Stores.Any(seen.Contains);
            seen.UnionWith(entry.Stores);
            if (isFirst)
            {
                yield return entry;
            }
        }
    }

    /// <summary>Chosen stores have no coin on the occasion, and their runs are in no sum: who chose them may know how they are.</summary>
    public static bool AreChosen(Occasion occasion) => occasion.Order is { Stores.IsEmpty: false };

    /// <summary>Stores that ran again on the occasion, after their first run, and on no later one that is settled.</summary>
    public static IReadOnlyCollection<string> RanLast(FlowPlan plan, Occasion occasion)
    {
        var later = plan.Occasions.SkipWhile(o => o.Id != occasion.Id).Skip(1).Where(o => o.IsSettled);
        var ran = later.SelectMany(o => o.Entries).SelectMany(e => e.Stores).ToHashSet(StringComparer.Ordinal);
        return [.. RanAgain(occasion).Where(s => !ran.Contains(s))];
    }

    /// <summary>The stores of the occasion that ran again on the last one before it on which they ran.</summary>
    private static HashSet<string> RanAgainBefore(FlowPlan plan, Occasion occasion)
    {
        var again = new HashSet<string>(StringComparer.Ordinal);
        foreach (var past in plan.Occasions.TakeWhile(o => o.Id != occasion.Id).Where(o => !o.Entries.IsEmpty))
        {
            again.ExceptWith(past.Entries.SelectMany(e => e.Stores));
            again.UnionWith(RanAgain(past));
        }
        return again;
    }

    /// <summary>Stores that ran again on the occasion, after their first run.</summary>
    private static HashSet<string> RanAgain(Occasion occasion)
    {
        var (seen, again) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        foreach (var store in occasion.Entries.SelectMany(e => e.Stores))
        {
            _ = seen.Add(store) || again.Add(store);
        }
        return again;
    }

    /// <summary>A run on stable of stores outside the cohort.</summary>
    public static bool IsOutside(Entry entry, Func<string, bool> isInCohort) =>
        entry is { Arm: Arm.Stable, Coin: null } && !entry.Stores.Any(isInCohort);

    private static EndedRun EndedRunOf(Attempt attempt, Entry entry)
    {
        var counts = RunCounts.Read(entry.Counts, entry.Stores.Length);
        var coin =
            entry.Coin is { } flip && flip.Attempt == attempt.Number
                ? new Coin(entry.Arm, (double)flip.CandidateShare)
                : Coin.Forced(entry.Arm);
        return new EndedRun(
            coin,
            entry.Stores,
            CloseOf(entry),
            [.. counts.Stores.Select(c => c is null ? (ItemCounts?)null : new ItemCounts(c.Attempted, c.Failed))],
            counts.HasReport
        )
        {
            IsLate = counts.IsLate,
        };
    }

    /// <summary>
    /// It was still live at its stores' next due time, which have the same offset on each slot. By its own end, because a fold may be
    /// committed much later.
    /// </summary>
    public static bool IsLate(RunEnded run) =>
        run.Occasion.Period > TimeSpan.Zero && EndOf(run) > NextDue(run.Occasion, run.Entry);

    private static DateTimeOffset EndOf(RunEnded run) =>
        run.Ending.StartedAt + run.Ending.Ran is { } ended && ended < run.At ? ended : run.At;

    private static DateTimeOffset NextDue(Occasion occasion, Entry entry) =>
        occasion.Slot + occasion.Period + (entry.StartBy - (occasion.StartBy - occasion.Spread));

    /// <summary>Whether a missing report is a bad end, the judge decides by what it knew before the occasion.</summary>
    private static RunClose CloseOf(Entry entry) =>
        entry switch
        {
            { Result: RunResult.Succeeded } => RunClose.Well,
            { Result: RunResult.Failed, Reason: Reasons.ReportMissing } => RunClose.Well,
            { Result: RunResult.Failed or RunResult.NotStarted } => RunClose.Badly,
            _ => RunClose.Lost,
        };
}
