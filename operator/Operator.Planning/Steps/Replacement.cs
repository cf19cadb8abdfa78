using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Steps;

/// <summary>
/// Notices that the connector was deleted and made again. The cluster then deletes the pods of the former object, and a later process
/// may know nothing of them. So an entry that may have run is not created any more; without a pod it counts as lost.
/// </summary>
internal static class Replacement
{
    public static Draft Note(Draft draft)
    {
        var (book, uid) = (draft.Record.Attempts, draft.Seen.Connector.Metadata.Uid);
        if (book.ConnectorUid == uid)
        {
            return draft;
        }
        var noted = draft with { Record = draft.Record with { Attempts = book with { ConnectorUid = uid } } };
        return book.ConnectorUid is null ? noted : CreateNoneAgain(noted);
    }

    private static Draft CreateNoneAgain(Draft draft)
    {
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            var occasions = plan.Occasions.Select(o =>
                o with
                {
                    Entries = [.. o.Entries.Select(e => MayHaveRun(e, draft.Now) ? Withdrawn(e, draft.Now) : e)],
                }
            );
            draft = draft with { Record = draft.Record.With(flow, plan with { Occasions = [.. occasions] }) };
        }
        return draft.Decide(draft.Record, "the connector was deleted and made again");
    }

    private static bool MayHaveRun(Entry entry, DateTimeOffset now) =>
        entry is { Result: null, Stop: null } && !(entry.NotBefore > now);

    /// <summary>No create that is sent from now on counts, so the run is known to be lost soon.</summary>
    private static Entry Withdrawn(Entry entry, DateTimeOffset now) =>
        entry with
        {
            IsWithdrawn = true,
            StartBy = entry.StartBy < now ? entry.StartBy : now,
        };
}
