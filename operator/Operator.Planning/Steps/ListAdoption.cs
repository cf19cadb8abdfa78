using Operator.Planning.Drafts;
using Operator.Planning.Stores;

namespace Operator.Planning.Steps;

/// <summary>
/// Reads the lists of <c>spec.storesFrom</c> into the effective spec. A list is kept in the record before it has effects,
/// so a list that breaks later, or while the operator is down, stays as it last was.
/// </summary>
internal static class ListAdoption
{
    public static Draft Adopt(Draft draft)
    {
        var (spec, kept) = (draft.Spec, draft.Record.Stores);
        if (spec.StoresFrom.IsEmpty && kept.Lists.IsEmpty)
        {
            return draft;
        }
        var gathering = StoreLists.Gather(spec, draft.Seen.StoreLists, kept);
        var adopted = draft with
        {
            Effective = EffectiveSpec.Of(spec with { Stores = gathering.Stores }),
            StoreListProblems = gathering.Problems,
        };
        var isNews = draft.Seen.ConnectorFindings.IsEmpty && !StoreLists.IsSame(kept, gathering.Book);
        return isNews
            ? adopted.Decide(
                draft.Record with
                {
                    Stores = gathering.Book,
                },
                $"{gathering.Book.Lists.Length} lists of stores are read, {gathering.Stores.Length} stores in all"
            )
            : adopted;
    }

    /// <summary>Applies the suspensions of actions to the effective spec.</summary>
    public static Draft UnderSuspensions(Draft draft) =>
        draft with
        {
            Effective = draft.Effective.Under(Suspensions.Of(draft.Record.Actions), draft.Now),
        };
}
