using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Steps;

/// <summary>
/// The start and the end of a pause force a commit. Thousands of stores may pause at once, so one clause counts them; the condition
/// StoresFailing tells the user, and one event that they are free again.
/// </summary>
internal static class PauseNotes
{
    /// <param name="draft">The draft, with the runs that ended.</param>
    /// <param name="before">The pauses before these ends.</param>
    public static Draft Commit(Draft draft, PauseBook before)
    {
        var now = draft.Record.Pauses;
        if (ReferenceEquals(before.Auth, now.Auth) && before.Common == now.Common)
        {
            return draft;
        }
        var begun = now.Auth.Count(p => p.Value.Until > (before.Auth.GetValueOrDefault(p.Key)?.Until ?? default));
        var ended = before.Auth.Keys.Count(s => !now.Auth.ContainsKey(s));
        draft = begun > 0 ? draft.Decide(draft.Record, $"{Count(begun)} can't authenticate and pause") : draft;
        draft = ended > 0 ? draft.Decide(draft.Record, $"{Count(ended)} authenticate again") : draft;
        return (before.Common, now.Common) switch
        {
            (null, { } common) => draft.Decide(
                draft.Record,
                $"{Count(now.Auth.Values.Count(common.Covers))} can't authenticate alike: one probes for all"
            ),
            ({ } common, null) => Freed(draft, before.Auth.Values.Count(common.Covers)),
            _ => draft,
        };
    }

    /// <summary>
    /// A due time that was open when a store's pause ended may close long after: the pause is still the cause of what the store missed. The
    /// same ends follow from the committed record until they are committed, so this forces no commit.
    /// </summary>
    public static Draft NoteEnds(Draft draft)
    {
        var before = draft.Seen.Record is RecordSight.Found found ? found.Record.Pauses : new PauseBook();
        var now = draft.Record.Pauses;
        if (now.Ended.IsEmpty && ReferenceEquals(before.Auth, now.Auth))
        {
            return draft;
        }
        var open = draft.Record.Plans.Values.SelectMany(p => p.Occasions).Where(o => !o.IsClosed).ToList();
        DateTimeOffset? oldest = open.Count == 0 ? null : open.Min(o => o.Slot);
        var ended = before
            .Auth.Where(p => !now.Auth.ContainsKey(p.Key))
            .Select(p => KeyValuePair.Create(p.Key, EndOf(before, p.Key, draft.Now)));
        var kept = now.Ended.SetItems(ended);
        kept = kept.RemoveRange(kept.Where(p => !(p.Value > oldest)).Select(p => p.Key));
        return kept.SequenceEqual(now.Ended)
            ? draft
            : draft with
            {
                Record = draft.Record with { Pauses = now with { Ended = kept } },
            };
    }

    private static DateTimeOffset EndOf(PauseBook pauses, string store, DateTimeOffset now) =>
        CommonPauses.Until(pauses, store) is { } until && until < now ? until : now;

    private static Draft Freed(Draft draft, int stores) =>
        draft
            .Decide(draft.Record, $"the common pause of {Count(stores)} ends")
            .Tell(
                EventTarget.Connector,
                Reasons.Authenticated,
                $"a store authenticated again: the pauses of {Count(stores)} that failed alike end"
            );

    private static string Count(int stores) => stores == 1 ? "1 store" : $"{stores} stores";
}
