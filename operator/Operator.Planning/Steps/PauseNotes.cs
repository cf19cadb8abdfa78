using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

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
