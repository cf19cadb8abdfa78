using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Which arm each store of an occasion runs.</summary>
internal sealed class Arms
{
    private readonly Attempt? _attempt;
    private readonly HashSet<string> _candidates;
    private readonly bool _isOnStable;

    private Arms(Attempt? attempt, HashSet<string> candidates, bool isOnStable)
    {
        _attempt = attempt;
        _candidates = candidates;
        _isOnStable = isOnStable;
    }

    /// <summary>
    /// The cohort runs the candidate while the attempt's SyncRollout is usable. Before the first container of the candidate
    /// has started, only the pilot runs the candidate: one run of the first free store. When a run of the candidate can't start, or
    /// its pods are refused, the stores run stable in the same occasion. A catch-up runs stable only, and a store waits with the
    /// candidate until its catch-up is over.
    /// </summary>
    public static Arms Of(Draft draft, string flow, Occasion occasion)
    {
        var isOnStable = FlowHomes.IsOnStable(draft.Record, flow);
        if (
            draft.Followed.RunningAttempt is not { } attempt
            || occasion.Kind == OccasionKind.CatchUp
            || !FlowHomes.IsOnCandidate(draft.Record, flow)
        )
        {
            return new Arms(null, [], isOnStable);
        }
        var goneBack = occasion
            .Entries.Where(e =>
                e is { IsPilot: true, Result: RunResult.NotStarted or RunResult.Infra }
                || (e.Attempt == attempt.Number && UncreatedPods.GivesWay(e))
            )
            .SelectMany(e => e.Stores)
            .Concat(CatchUps.Pending(draft.Record, flow));
        var candidates = attempt.Order.Take(attempt.Cohort).Except(goneBack, StringComparer.Ordinal);
        return new Arms(attempt, candidates.ToHashSet(StringComparer.Ordinal), isOnStable);
    }

    public bool NeedsPilot(ConnectorRecord record) =>
        _attempt is { HasStarted: false } attempt
        && !record.Plans.Values.SelectMany(p => p.Entries).Any(e => e.Attempt == attempt.Number && e.Result is null);

    /// <summary>The store of the pilot: the first store of the cohort, in turn, that is free; null when none is.</summary>
    public string? Pilot(IReadOnlySet<string> free) =>
        _attempt is null
            ? null
            : LatePilots.InTurn(_attempt).FirstOrDefault(s => free.Contains(s) && _candidates.Contains(s));

    /// <summary>A revision runs the flow for the store: a flow that is the candidate's own does not run on stable.</summary>
    public bool HasArm(string store) => _isOnStable || ArmOf(store) == Arm.Candidate;

    public Arm ArmOf(string store) =>
        _attempt is { HasStarted: true } && _candidates.Contains(store) ? Arm.Candidate : Arm.Stable;
}
