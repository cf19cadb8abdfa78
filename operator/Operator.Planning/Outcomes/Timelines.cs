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
        var (named, ledger) = (occasion.Order?.Stores.ToHashSet(StringComparer.Ordinal), draft.Record.Ledger(flow));
        // Of a catch-up another run may have done the work.
        bool IsMeant(string store) =>
            (named is not { Count: > 0 } || named.Contains(store))
            && (occasion.Kind != OccasionKind.CatchUp || ledger.Stores.GetValueOrDefault(store)?.RedoFrom is not null);
        draft = StorePlaces.Align(draft);
        var opened = StorePlaces.WhenOpened(draft.Record, occasion);
        var outcomes = Pack(
            draft,
            (store, place) =>
                ran.TryGetValue(store, out var outcome) ? outcome
                : missed.TryGetValue(store, out var cause) ? StoreOutcomes.Of(cause)
                : !IsMeant(store) ? StoreOutcome.NotMeant
                : opened?[place] is (StoreOutcome.NotListed or StoreOutcome.NotMeant) and var then ? then
                : StoreOutcome.Suspended
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
        draft = StorePlaces.Align(draft);
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
            (store, _) =>
                !draft.Known.Has(store) ? StoreOutcome.NotListed
                : draft.Roster.IsWanted(store) && !(held.HeldUntil(flow.Name, store) > slot) ? outcome
                : StoreOutcome.Suspended
        );
    }

    /// <summary>Removes the timelines of flows that are no longer listed. The stores keep their places for the other flows.</summary>
    public static OutcomeBook Forget(OutcomeBook book, IEnumerable<string> flows) =>
        book with
        {
            Flows = book.Flows.RemoveRange(flows),
        };

    /// <summary>The packed outcomes of all stores that have a place in the book.</summary>
    private static string Pack(Draft draft, Func<string, int, StoreOutcome> outcomeOf)
    {
        var stores = draft.Record.Outcomes.Stores;
        var outcomes = new StoreOutcome[stores.Length];
        for (var place = 0; place < outcomes.Length; place++)
        {
            var store = stores[place];
            outcomes[place] = draft.Roster.Find(store) is null ? StoreOutcome.NotListed : outcomeOf(store, place);
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
}
