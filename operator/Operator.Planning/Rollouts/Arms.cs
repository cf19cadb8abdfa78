using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Which arm each store of an occasion runs.</summary>
internal sealed class Arms
{
    private readonly Attempt? _attempt;
    private readonly HashSet<string> _candidates;

    private Arms(Attempt? attempt, HashSet<string> candidates)
    {
        _attempt = attempt;
        _candidates = candidates;
    }

    /// <summary>
    /// The cohort runs the candidate while the attempt's SyncRollout is usable. Before the first container of the candidate
    /// has started, only the pilot runs the candidate: one run of the first free store. When a run of the
    /// candidate can't start, or its pods are refused, the stores run stable in the same occasion. A catch-up runs stable only.
    /// </summary>
    public static Arms Of(Draft draft, Occasion occasion)
    {
        if (draft.Followed.RunningAttempt is not { } attempt || occasion.Kind == OccasionKind.CatchUp)
        {
            return new Arms(null, []);
        }
        var goneBack = occasion
            .Entries.Where(e =>
                e is { IsPilot: true, Result: RunResult.NotStarted or RunResult.Infra }
                || (e.Attempt == attempt.Number && UncreatedPods.GivesWay(e))
            )
            .SelectMany(e => e.Stores);
        var candidates = attempt.Order.Take(attempt.Cohort).Except(goneBack, StringComparer.Ordinal);
        return new Arms(attempt, candidates.ToHashSet(StringComparer.Ordinal));
    }

    public bool NeedsPilot(ConnectorRecord record) =>
        _attempt is { HasStarted: false } attempt
        && !record.Plans.Values.SelectMany(p => p.Entries).Any(e => e.Attempt == attempt.Number && e.Result is null);

    /// <summary>The store of the pilot: the first store of the cohort that is free; null when none is.</summary>
    public string? Pilot(IReadOnlySet<string> free) =>
        _attempt?.Order.Take(_attempt.Cohort).FirstOrDefault(free.Contains);

    public Arm ArmOf(string store) =>
        _attempt is { HasStarted: true } && _candidates.Contains(store) ? Arm.Candidate : Arm.Stable;
}
