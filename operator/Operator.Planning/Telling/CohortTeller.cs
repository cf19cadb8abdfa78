using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Telling;

/// <summary>Tells names in a rollout's cohort that its connector does not have. The rollout goes on without them.</summary>
internal static class CohortTeller
{
    private const int MostNamed = 3;

    public static RolloutStatus WithUnknownNames(Draft draft, SyncRollout policy, RolloutStatus status) =>
        UnknownNames(draft, policy) is { } unknown
            ? status with
            {
                Conditions = status.Conditions.Add(
                    unknown.After(policy.Status.Conditions, policy.Metadata.Generation, draft.Now)
                ),
            }
            : status;

    private static ConditionDraft? UnknownNames(Draft draft, SyncRollout policy)
    {
        // The stores of a list that was never read are not known.
        if (draft.Spec.StoresFrom.Any(s => !IsKnown(draft, s)))
        {
            return null;
        }
        var unknown = CohortChecks.Check(policy.Spec, draft.Spec.Stores, s => draft.Roster.Find(s) is not null);
        if (unknown.IsEmpty)
        {
            return null;
        }
        var more = unknown.Length > MostNamed ? $"; and {unknown.Length - MostNamed} more" : "";
        return ConditionDraft.True(
            Reasons.UnknownNames,
            Reasons.UnknownNames,
            string.Join("; ", unknown.Take(MostNamed)) + more
        );
    }

    private static bool IsKnown(Draft draft, StoreSource source) =>
        source.ConfigMapKeyRef is not { } key || draft.Record.Stores.Find($"{key.Name}/{key.Key}") is not null;
}
