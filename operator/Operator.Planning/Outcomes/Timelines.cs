using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Outcomes;

/// <summary>
/// Writes the outcome of each store when an occasion closes and for slots that were never opened: once, in the same commit.
/// </summary>
internal static class Timelines
{
    public static Draft Close(
        Draft draft,
        string flow,
        Occasion occasion,
        IReadOnlyDictionary<string, MissCause> missed
    )
    {
        var ran = RunOutcomes.Of(occasion);
        bool IsMeant(string store) =>
            occasion.Order is not { Stores.IsEmpty: false } order
            || order.Stores.Contains(store, StringComparer.Ordinal);
        draft = Align(draft);
        var outcomes = Pack(
            draft,
            store =>
                ran.TryGetValue(store, out var outcome) ? outcome
                : missed.TryGetValue(store, out var cause) ? StoreOutcomes.Of(cause)
                : IsMeant(store) ? StoreOutcome.Suspended
                : StoreOutcome.NotMeant
        );
        var row = new ClosedOccasion
        {
            Id = occasion.Id,
            Slot = occasion.Slot,
            Kind = occasion.Kind,
            Outcomes = outcomes,
        };
        draft = Append(draft, flow, [row]);
        // Stores of a run, even of a broken-off one, are reported with that run.
        var leftOut = missed
            .Where(m => !ran.ContainsKey(m.Key))
            .GroupBy(m => m.Value, m => m.Key)
            .Select(g => new LeftOut(flow, occasion.Id, StoreOutcomes.Of(g.Key), [.. g]));
        return draft with { LeftOut = draft.LeftOut.AddRange(leftOut) };
    }

    /// <summary>Writes the outcomes of due times for which no run was planned.</summary>
    public static Draft WriteSkipped(Draft draft) => draft.Skipped.Aggregate(draft, Skip) with { Skipped = [] };

    /// <summary>A store that is suspended now, or was at the slot, was not due.</summary>
    private static Draft Skip(Draft draft, SkippedSlots skipped)
    {
        var (flow, span, outcome) = skipped;
        var slots = Schedule.Of(flow).Newest(span.After, span.Until, OutcomeBook.MostOccasions);
        if (slots.IsEmpty || draft.Roster.IsEmpty)
        {
            return draft;
        }
        draft = Align(draft);
        var rows = ImmutableArray.CreateBuilder<ClosedOccasion>();
        foreach (var slot in slots)
        {
            var isSame = rows.Count > 0 && draft.Suspended.IsEmpty;
            rows.Add(
                new ClosedOccasion
                {
                    Id = OccasionIds.Slot(slot),
                    Slot = slot,
                    Kind = OccasionKind.Skipped,
                    Outcomes = isSame ? rows[0].Outcomes : SkippedOn(draft, flow, slot, outcome),
                }
            );
        }
        var leftOut = outcome.IsMiss() ? rows.Select(r => LeftOut.All(flow.Name, r.Id, outcome)) : [];
        draft = Append(draft, flow.Name, rows.ToImmutable());
        return draft with { LeftOut = draft.LeftOut.AddRange(leftOut) };
    }

    private static string SkippedOn(Draft draft, Flow flow, DateTimeOffset slot, StoreOutcome outcome)
    {
        var held = draft.Suspended;
        return Pack(
            draft,
            store =>
                draft.Roster.IsActive(store) && !(held.HeldUntil(flow.Name, store) > slot)
                    ? outcome
                    : StoreOutcome.Suspended
        );
    }

    /// <summary>Removes the timelines of flows that are no longer listed.</summary>
    public static OutcomeBook Forget(OutcomeBook book, IEnumerable<string> flows)
    {
        var rest = book.Flows.RemoveRange(flows);
        return book with { Flows = rest, Stores = rest.IsEmpty ? [] : book.Stores };
    }

    /// <summary>The packed outcomes of all stores that have a place in the book.</summary>
    private static string Pack(Draft draft, Func<string, StoreOutcome> outcomeOf)
    {
        var stores = draft.Record.Outcomes.Stores;
        var outcomes = new StoreOutcome[stores.Length];
        for (var place = 0; place < outcomes.Length; place++)
        {
            var store = stores[place];
            outcomes[place] = draft.Roster.Find(store) is null ? StoreOutcome.NotListed : outcomeOf(store);
        }
        return OutcomeLetters.Pack(outcomes);
    }

    private static Draft Append(Draft draft, string flow, ImmutableArray<ClosedOccasion> rows)
    {
        var book = draft.Record.Outcomes;
        var timeline = new Timeline
        {
            // A long occasion may close after later ones.
            Occasions =
            [
                .. book.Of(flow).Occasions.AddRange(rows).OrderBy(r => r.Slot).TakeLast(OutcomeBook.MostOccasions),
            ],
        };
        return draft with { Record = draft.Record with { Outcomes = book.With(flow, timeline) } };
    }

    /// <summary>Gives every listed store a place in the book.</summary>
    private static Draft Align(Draft draft)
    {
        var book = draft.Record.Outcomes;
        var placed = book.Stores.ToHashSet(StringComparer.Ordinal);
        var added = draft.Roster.Names.Where(s => !placed.Contains(s)).ToList();
        if (added.Count > 0 || book.Stores.Length > draft.Roster.Names.Length)
        {
            var kept = Kept(book, draft.Roster.Find, StoreList.MostStores - added.Count);
            book = kept with { Stores = kept.Stores.AddRange(added) };
        }
        return draft with { Record = draft.Record with { Outcomes = book } };
    }

    /// <summary>
    /// The book without removed stores that have no outcome in any row, and with at most <paramref name="most"/> stores.
    /// </summary>
    private static OutcomeBook Kept(OutcomeBook book, Func<string, Store?> find, int most)
    {
        var rows = book.Flows.Values.SelectMany(f => f.Occasions).Select(book.Unpack).ToList();
        var places = Enumerable.Range(0, book.Stores.Length).ToList();
        var listed = places.Where(i => find(book.Stores[i]) is not null).ToList();
        var left = places
            .Except(listed)
            .Where(i => rows.Exists(r => r[i] != StoreOutcome.NotListed))
            .TakeLast(Math.Max(0, most - listed.Count));
        var kept = listed.Concat(left).Order().ToList();
        return kept.Count == book.Stores.Length ? book : Narrow(book, kept);
    }

    private static OutcomeBook Narrow(OutcomeBook book, List<int> places)
    {
        ClosedOccasion Narrowed(ClosedOccasion row)
        {
            var wide = book.Unpack(row);
            return row with { Outcomes = OutcomeLetters.Pack([.. places.Select(i => wide[i])]) };
        }
        return new OutcomeBook
        {
            Stores = [.. places.Select(i => book.Stores[i])],
            Flows = book.Flows.ToImmutableSortedDictionary(
                f => f.Key,
                f => new Timeline { Occasions = [.. f.Value.Occasions.Select(Narrowed)] },
                StringComparer.Ordinal
            ),
        };
    }
}
