using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Drafts;

/// <summary>
/// The places of stores in the rows of the <see cref="OutcomeBook"/>, and the row of an open occasion that says which stores
/// were due when it opened.
/// </summary>
internal static class StorePlaces
{
    /// <summary>Gives every listed store a place in the book.</summary>
    public static Draft Align(Draft draft)
    {
        var book = draft.Record.Outcomes;
        var placed = book.Stores.ToHashSet(StringComparer.Ordinal);
        var added = draft.Roster.Names.Where(s => !placed.Contains(s)).ToList();
        if (added.Count == 0 && book.Stores.Length <= draft.Roster.Names.Length)
        {
            return draft;
        }
        var kept = Kept(draft.Record, draft.Roster.Find, StoreList.MostStores - added.Count);
        var stores = kept.Outcomes.Stores.AddRange(added);
        return draft with { Record = kept with { Outcomes = kept.Outcomes with { Stores = stores } } };
    }

    /// <summary>
    /// The value of <see cref="Occasion.Due"/> when these stores are due, and why the other listed ones are not. The book must be aligned.
    /// </summary>
    public static string DueRow(Draft draft, IEnumerable<string> due, StoreOutcome others = StoreOutcome.Suspended)
    {
        var isDue = due.ToHashSet(StringComparer.Ordinal);
        return OutcomeLetters.Pack([
            .. draft.Record.Outcomes.Stores.Select(s =>
                isDue.Contains(s) ? StoreOutcome.Unknown
                : draft.Roster.Find(s) is null ? StoreOutcome.NotListed
                : others
            ),
        ]);
    }

    /// <summary>
    /// One outcome for each place: Unknown when the store was due when the occasion opened, else why it was not. Null: every
    /// store was due.
    /// </summary>
    public static StoreOutcome[]? WhenOpened(ConnectorRecord record, Occasion occasion) =>
        occasion.Due.Length == 0
            ? null
            : OutcomeLetters.Unpack(occasion.Due, record.Outcomes.Stores.Length, missing: StoreOutcome.NotListed);

    /// <summary>The stores that were due when the occasion opened; null: every store was.</summary>
    public static HashSet<string>? DueWhenOpened(ConnectorRecord record, Occasion occasion) =>
        WhenOpened(record, occasion) is { } row
            ? record
                .Outcomes.Stores.Where((_, place) => row[place] == StoreOutcome.Unknown)
                .ToHashSet(StringComparer.Ordinal)
            : null;

    /// <summary>
    /// The record without places of removed stores that have no outcome in any row, and with at most <paramref name="most"/> places.
    /// </summary>
    private static ConnectorRecord Kept(ConnectorRecord record, Func<string, Store?> find, int most)
    {
        var book = record.Outcomes;
        var rows = book.Flows.Values.SelectMany(f => f.Occasions).Select(book.Unpack).ToList();
        var places = Enumerable.Range(0, book.Stores.Length).ToList();
        var listed = places.Where(i => find(book.Stores[i]) is not null).ToList();
        var left = places
            .Except(listed)
            .Where(i => rows.Exists(r => r[i] != StoreOutcome.NotListed))
            .TakeLast(Math.Max(0, most - listed.Count));
        var kept = listed.Concat(left).Order().ToList();
        return kept.Count == book.Stores.Length ? record : Narrow(record, kept);
    }

    private static ConnectorRecord Narrow(ConnectorRecord record, List<int> places)
    {
        var book = record.Outcomes;
        string Narrowed(string row)
        {
            var wide = OutcomeLetters.Unpack(row, book.Stores.Length, missing: StoreOutcome.NotListed);
            return OutcomeLetters.Pack([.. places.Select(i => wide[i])]);
        }
        var timelines = book.Flows.Select(f =>
            KeyValuePair.Create(
                f.Key,
                new Timeline
                {
                    Occasions = [.. f.Value.Occasions.Select(o => o with { Outcomes = Narrowed(o.Outcomes) })],
                }
            )
        );
        var plans = record
            .Plans.Where(p => p.Value.Occasions.Any(o => o.Due.Length > 0))
            .Select(p =>
                KeyValuePair.Create(
                    p.Key,
                    p.Value with
                    {
                        Occasions =
                        [
                            .. p.Value.Occasions.Select(o => o.Due.Length == 0 ? o : o with { Due = Narrowed(o.Due) }),
                        ],
                    }
                )
            );
        return record with
        {
            Outcomes = new OutcomeBook
            {
                Stores = [.. places.Select(i => book.Stores[i])],
                Flows = book.Flows.SetItems(timelines),
            },
            Plans = record.Plans.SetItems(plans),
        };
    }
}
