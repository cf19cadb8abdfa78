using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Which stores of an attempt can run its candidate now. Asked for each store of the cohort in each plan.</summary>
internal sealed class Presence
{
    private readonly Draft _draft;
    private readonly PauseBook _pauses;
    private readonly ImmutableArray<string> _flows;

    private Presence(Draft draft, ImmutableArray<string> flows) =>
        (_draft, _pauses, _flows) = (draft, draft.Record.Pauses, flows);

    /// <summary>A flow that is suspended as a whole keeps no single store away: nobody can take a place there.</summary>
    public static Presence Of(Draft draft, Attempt attempt) =>
        new(
            draft,
            draft.Suspended.IsEmpty
                ? []
                :
                [
                    .. CohortPlaces
                        .Judged(draft, attempt)
                        .Select(f => f.Name)
                        .Where(f => !(draft.Suspended.HeldUntil(f) > draft.Now)),
                ]
        );

    public bool IsThere(string store) =>
        _draft.Roster.IsActive(store) && !IsHeld(store) && (_pauses.Auth.IsEmpty || !_pauses.Auth.ContainsKey(store));

    /// <summary>People did not remove or suspend the store.</summary>
    public bool IsWanted(string store) => _draft.Roster.IsActive(store) && !IsHeld(store);

    public string WhyAway(string store) =>
        _draft.Roster.Find(store) is null ? "is gone"
        : _draft.Roster.Wrong.Contains(store) ? "stands still, because its spec is wrong"
        : !IsWanted(store) ? "is suspended"
        : "can't authenticate";

    private bool IsHeld(string store)
    {
        foreach (var flow in _flows)
        {
            if (_draft.Suspended.HeldUntil(flow, store) > _draft.Now)
            {
                return true;
            }
        }
        return false;
    }
}
