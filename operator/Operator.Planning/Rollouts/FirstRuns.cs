using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>The first runs of an occasion as the judge looks at them. Retries and <c>more</c> are no evidence.</summary>
internal static class FirstRuns
{
    public static SettledOccasion Of(Attempt attempt, Occasion occasion, bool hasCoins)
    {
        var cohort = attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal);
        var (inside, outside) = (ImmutableArray.CreateBuilder<EndedRun>(), ImmutableArray.CreateBuilder<EndedRun>());
        foreach (var entry in Entries(occasion))
        {
            var isOutside = IsOutside(entry, cohort.Contains);
            // The pilot is no evidence. Where there are coins, it is a run without one.
            if (isOutside || hasCoins || !entry.IsPilot)
            {
                (isOutside ? outside : inside).Add(EndedRunOf(attempt, occasion, entry));
            }
        }
        return new SettledOccasion
        {
            Stage = occasion.Stage,
            Runs = inside.ToImmutable(),
            Outside = outside.ToImmutable(),
        };
    }

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

    /// <summary>Stores that ran again on the occasion, after their first run.</summary>
    public static IReadOnlyCollection<string> RanAgain(Occasion occasion)
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

    private static EndedRun EndedRunOf(Attempt attempt, Occasion occasion, Entry entry)
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
            IsLate = occasion.Period > TimeSpan.Zero && entry.EndedAt > NextDue(occasion, entry),
        };
    }

    /// <summary>The run's stores are due at the same offset on each slot.</summary>
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
