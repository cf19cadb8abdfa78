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

    /// <summary>The pilot that is tried again on this occasion; null: none is.</summary>
    private readonly Entry? _again;

    private Arms(Attempt? attempt, HashSet<string> candidates, bool isOnStable, Entry? again = null)
    {
        _again = again;
        _attempt = attempt;
        _candidates = candidates;
        _isOnStable = isOnStable;
    }

    /// <summary>
    /// The cohort runs the candidate while the attempt's SyncRollout is usable. Before the first container of the candidate
    /// has started, only the pilot runs the candidate: one run of the first free store. When a run of the candidate can't start, or
    /// its pods are refused, the stores run stable in the same occasion; a pilot that a kubelet rejected is tried again before
    /// (<see cref="PilotTries"/>). A catch-up runs stable only, and a store waits with the
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
        var again = PilotTries.Again(attempt, occasion, draft.Now);
        var goneBack = occasion
            .Entries.Where(e =>
                e is { IsPilot: true, Result: RunResult.NotStarted or RunResult.Infra }
                || (e.Attempt == attempt.Number && UncreatedPods.GivesWay(e))
            )
            .SelectMany(e => e.Stores)
            .Except(again?.Stores ?? [], StringComparer.Ordinal)
            .Concat(CatchUps.Pending(draft.Record, flow));
        var candidates = attempt.Order.Take(attempt.Cohort).Except(goneBack, StringComparer.Ordinal);
        return new Arms(attempt, candidates.ToHashSet(StringComparer.Ordinal), isOnStable, again);
    }

    /// <summary>Until when the pilot's tries may be created; null: its first one is yet to come.</summary>
    public DateTimeOffset? PilotBy => _again?.StartBy;

    /// <summary>When the last try of the store's pilot is due; null: it is not tried again.</summary>
    public DateTimeOffset? LastTryOf(string store) =>
        _again is { } pilot && pilot.Stores.Contains(store, StringComparer.Ordinal) ? PilotTries.LastTry(pilot) : null;

    public bool NeedsPilot(ConnectorRecord record) =>
        _attempt is { HasStarted: false } attempt
        && !record.Plans.Values.SelectMany(p => p.Entries).Any(e => e.Attempt == attempt.Number && e.Result is null);

    /// <summary>The occasion has had no pilot, or its pilot is tried again.</summary>
    public bool MayPilot(Occasion occasion) => _again is not null || !occasion.Entries.Any(e => e.IsPilot);

    /// <summary>
    /// The store of the pilot: the first store of the cohort, in turn, that is free, or the one whose pilot is tried again; null when none is.
    /// </summary>
    public string? Pilot(IReadOnlySet<string> free) =>
        _attempt is null
            ? null
            : (_again?.Stores ?? LatePilots.InTurn(_attempt)).FirstOrDefault(s =>
                free.Contains(s) && _candidates.Contains(s)
            );

    /// <summary>A revision runs the flow for the store: a flow that is the candidate's own does not run on stable.</summary>
    public bool HasArm(string store) => _isOnStable || ArmOf(store) == Arm.Candidate;

    public Arm ArmOf(string store) =>
        _attempt is { HasStarted: true } && _candidates.Contains(store) ? Arm.Candidate : Arm.Stable;
}
