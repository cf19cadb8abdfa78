using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>How the arm of a store's next run on an occasion is settled.</summary>
internal enum ArmChoice
{
    Stable,
    Candidate,

    /// <summary>A coin decides, once for the group.</summary>
    Coin,
}

/// <summary>Which arm each store of an occasion runs.</summary>
internal sealed class Arms
{
    private readonly Attempt? _attempt;
    private readonly HashSet<string> _cohort;
    private readonly Dictionary<string, Arm> _ran;
    private readonly ArmChoice _first;
    private readonly bool _isOnStable;

    /// <summary>The pilot that is tried again on this occasion; null: none is.</summary>
    private readonly Entry? _again;

    private Arms(
        Attempt? attempt,
        HashSet<string> cohort,
        Dictionary<string, Arm> ran,
        ArmChoice first,
        bool isOnStable
    )
    {
        (_attempt, _cohort, _ran) = (attempt, cohort, ran);
        (_first, _isOnStable) = (first, isOnStable);
    }

    private Arms(Arms arms, Entry? again)
        : this(arms._attempt, arms._cohort, arms._ran, arms._first, arms._isOnStable) => _again = again;

    /// <summary>
    /// Stores of the cohort flip coins while the attempt's SyncRollout is usable. Before the first container of the candidate has started,
    /// and while the candidate is refused, only the pilot runs the candidate: one run of the first free store. A store keeps the arm of its
    /// first run on the occasion. When a run of the candidate can't start, or its pods are refused, the stores run stable in the same occasion;
    /// a pilot that a kubelet rejected is tried again before (<see cref="PilotTries"/>). A catch-up runs stable only, and a store waits with the
    /// candidate until its catch-up is over.
    /// </summary>
    public static Arms Of(Draft draft, string flow, Occasion occasion)
    {
        var isOnStable = FlowHomes.IsOnStable(draft.Record, flow);
        if (
            draft.Followed.RunningAttempt is not { PausedOn: null } attempt
            || occasion.Kind == OccasionKind.CatchUp
            || !FlowHomes.IsOnCandidate(draft.Record, flow)
        )
        {
            return new Arms(null, [], [], ArmChoice.Stable, isOnStable);
        }
        var cohort = attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal);
        cohort.ExceptWith(CatchUps.Pending(draft.Record, flow));
        var first = First(attempt, occasion, isOnStable);
        return new Arms(
            new Arms(attempt, cohort, Ran(occasion, attempt), first, isOnStable),
            PilotTries.Again(attempt, occasion, draft.Now)
        );
    }

    /// <summary>Until when the pilot's tries may be created; null: its first one is yet to come.</summary>
    public DateTimeOffset? PilotBy => _again?.StartBy;

    /// <summary>When the last try of the store's pilot is due; null: it is not tried again.</summary>
    public DateTimeOffset? LastTryOf(string store) =>
        _again is { } pilot && pilot.Stores.Contains(store, StringComparer.Ordinal) ? PilotTries.LastTry(pilot) : null;

    public bool NeedsPilot(ConnectorRecord record) =>
        _attempt is { } attempt
        && !IsOpen(attempt)
        && !record.Plans.Values.SelectMany(p => p.Entries).Any(e => e.Attempt == attempt.Number && e.Result is null);

    /// <summary>The occasion has had no pilot, or its pilot is tried again.</summary>
    public bool MayPilot(Occasion occasion) => _again is not null || !occasion.Entries.Any(e => e.IsPilot);

    /// <summary>
    /// The store of the pilot: the first store of the cohort that is free and has not run yet, or the one whose pilot is tried again; null when
    /// none is.
    /// </summary>
    public string? Pilot(IReadOnlySet<string> free) =>
        _again is { } again
            ? again.Stores.FirstOrDefault(s => free.Contains(s) && _cohort.Contains(s))
            : _attempt
                ?.Order.Take(_attempt.Cohort)
                .FirstOrDefault(s => free.Contains(s) && _cohort.Contains(s) && !_ran.ContainsKey(s));

    /// <summary>A revision runs the flow for the store: a flow that is the candidate's own does not run on stable.</summary>
    public bool HasArm(string store) => _isOnStable || ChoiceOf(store) != ArmChoice.Stable;

    public ArmChoice ChoiceOf(string store) =>
        _ran.TryGetValue(store, out var arm) ? (arm == Arm.Candidate ? ArmChoice.Candidate : ArmChoice.Stable)
        : _cohort.Contains(store) ? _first
        : ArmChoice.Stable;

    /// <summary>The arm of a store that has run on the occasion.</summary>
    public Arm ArmOf(string store) => ChoiceOf(store) == ArmChoice.Candidate ? Arm.Candidate : Arm.Stable;

    /// <summary>The candidate can be run: its container has started once, and its newest pods were not refused.</summary>
    private static bool IsOpen(Attempt attempt) => attempt is { HasStarted: true, Refusal: null };

    /// <summary>
    /// What settles the arm of a first run. It is decided before the coin, and for all groups alike, whether they have one: else good versions
    /// would be convicted. On an occasion that opened before the step, and on a run-now for chosen stores, they have none.
    /// </summary>
    private static ArmChoice First(Attempt attempt, Occasion occasion, bool isOnStable)
    {
        if (!IsOpen(attempt))
        {
            return ArmChoice.Stable;
        }
        var isForced = attempt.IsWithoutCoins || !isOnStable || occasion.Order is { Stores.IsEmpty: false };
        return isForced ? ArmChoice.Candidate
            : (occasion.Attempt, occasion.Stage) == (attempt.Number, attempt.Stage) ? ArmChoice.Coin
            : ArmChoice.Stable;
    }

    /// <summary>The stores that have run on the occasion, with the arm of their first run; stable where that run gave way.</summary>
    private static Dictionary<string, Arm> Ran(Occasion occasion, Attempt attempt)
    {
        var ran = new Dictionary<string, Arm>(StringComparer.Ordinal);
        foreach (var entry in occasion.Entries)
        {
            var isOfCandidate = entry.Arm == Arm.Candidate && entry.Attempt == attempt.Number;
            foreach (var store in entry.Stores)
            {
                ran.TryAdd(store, isOfCandidate ? Arm.Candidate : Arm.Stable);
                if (isOfCandidate && GivesWay(entry))
                {
                    ran[store] = Arm.Stable;
                }
            }
        }
        return ran;
    }

    private static bool GivesWay(Entry entry) =>
        UncreatedPods.GivesWay(entry) || entry is { IsPilot: true, Result: RunResult.NotStarted or RunResult.Infra };
}
