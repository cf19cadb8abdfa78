using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
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
        var gathering = StoreLists.Gather(spec, draft.Seen.StoreLists, kept);
        var hasLists = !spec.StoresFrom.IsEmpty || !kept.Lists.IsEmpty;
        var adopted = hasLists
            ? draft with
            {
                Effective = EffectiveSpec.Of(
                    draft.Seen.Connector.Spec with
                    {
                        Stores = gathering.Stores,
                    },
                    draft.Seen.Wrong with
                    {
                        Stores = draft.Seen.Wrong.Stores.SetItems(gathering.Wrong),
                    }
                ),
                StoreListProblems = gathering.Problems,
            }
            : draft;
        // What can't be committed is not noted: the instant of a drop would be another one in each plan.
        var isNoted =
            draft.Seen.ConnectorFindings.IsEmpty
            && draft.Seen
                is {
                    IsBeingDeleted: false,
                    IsClockSkewed: false,
                    CommitRefusal: null,
                    RecordTooLarge: null,
                    Record: not RecordSight.Foreign
                };
        return isNoted ? Note(adopted, gathering) : adopted;
    }

    /// <summary>Applies the suspensions of actions to the effective spec.</summary>
    public static Draft UnderSuspensions(Draft draft) =>
        draft with
        {
            Effective = draft.Effective.Under(Suspensions.Of(draft.Record.Actions), draft.Now),
        };

    /// <summary>
    /// An edit forces a commit. The first note of the names in the spec does not, and neither does the end of a drop: the next plan
    /// comes to the same.
    /// </summary>
    private static Draft Note(Draft draft, StoreLists.Gathering gathering)
    {
        var (kept, book) = (draft.Record.Stores, gathering.Book);
        book = book with
        {
            Drops = StoreDrops.After(kept, book, draft.Roster, draft.Now),
            Former = FormerAccounts.After(kept, book, draft.Roster, draft.Record),
        };
        var isSameInline = kept.Inline.AsSpan().SequenceEqual(book.Inline.AsSpan());
        if (!StoreLists.IsSame(kept, book))
        {
            return draft.Decide(
                With(draft, book),
                $"{book.Lists.Length} lists of stores are read, {gathering.Stores.Length} stores in all"
            );
        }
        if (!isSameInline && !kept.Inline.IsEmpty)
        {
            return draft.Decide(With(draft, book), $"spec.stores has {book.Inline.Length} stores now");
        }
        if (book.Former.Except(kept.Former).Any())
        {
            return draft.Decide(With(draft, book), "stores with live runs have other accounts now");
        }
        var isSame =
            isSameInline
            && kept.Accounts.AsSpan().SequenceEqual(book.Accounts.AsSpan())
            && kept.Former.AsSpan().SequenceEqual(book.Former.AsSpan())
            && kept.Drops.AsSpan().SequenceEqual(book.Drops.AsSpan());
        return isSame ? draft : draft with { Record = With(draft, book) };
    }

    private static ConnectorRecord With(Draft draft, StoreBook book) => draft.Record with { Stores = book };
}
