using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>
/// Whether most runs on stable fail far. A candidate most of whose runs do not is in no trouble, so a version that mends what is broken
/// gets through.
/// </summary>
internal static class TroubleSight
{
    /// <summary>
    /// In a cohort of one store each occasion has one arm, so the cohort's own trouble is seen in its last stable runs: to leave out only
    /// occasions whose own stable runs were bad would flatter stable.
    /// </summary>
    private const int RunsLookedAt = 4;

    public static FlowTrial After(
        FlowTrial trial,
        IReadOnlyCollection<RunReading> ended,
        IReadOnlyCollection<RunReading> outside,
        JudgePolicy policy
    )
    {
        var stable = EndsOf(Arm.Stable);
        ImmutableArray<bool> lastStable = [.. trial.LastStableEnds.Concat(stable).TakeLast(RunsLookedAt)];
        var others = FarEnds(outside, policy);
        return trial with
        {
            LastStableEnds = lastStable,
            LastOnStable = Sum([.. stable, .. others]),
            Trouble = Of(EndsOf(Arm.Candidate), stable, others, policy.LooksBack, lastStable),
        };

        List<bool> EndsOf(Arm arm) => FarEnds(ended.Where(r => r.Coin.Arm == arm), policy);
    }

    /// <summary>For each run that says something, whether it ended far.</summary>
    public static List<bool> FarEnds(IEnumerable<RunReading> runs, JudgePolicy policy) =>
        [.. runs.Where(r => r.SaysSomething).Select(r => r.EndedFar(policy))];

    public static FarRuns Sum(IReadOnlyCollection<bool> ends) => new(ends.Count(e => e), ends.Count);

    /// <summary>More than half of at least two.</summary>
    public static bool Most(FarRuns runs) => runs.Of > 1 && 2 * runs.Far > runs.Of;

    private static Trouble Of(
        List<bool> candidate,
        List<bool> stable,
        List<bool> others,
        bool looksBack,
        ImmutableArray<bool> lastStable
    )
    {
        if (candidate.Count > 0 && 2 * candidate.Count(e => e) < candidate.Count)
        {
            return Trouble.None;
        }
        var isThin = looksBack && stable.Count + others.Count < 2;
        if (Most(Sum([.. stable, .. others])) || (isThin && Most(Sum(lastStable))))
        {
            return Trouble.Outage;
        }
        return others.Count > 1 && Most(Sum(lastStable)) ? Trouble.CohortInTrouble : Trouble.None;
    }
}
