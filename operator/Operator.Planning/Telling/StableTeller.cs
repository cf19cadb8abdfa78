using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Telling;

/// <summary>What the connector's status says of its stable revision, and of flows that stable does not run.</summary>
internal static class StableTeller
{
    private const string AllStores = "AllStores";
    private const string Cohort = "Cohort";
    private const string Nothing = "Nothing";

    /// <summary>Null: stable is proven, or its first due time is not over.</summary>
    public static ConditionDraft? Unproven(Draft draft)
    {
        var book = draft.Record.Revisions;
        if (book is not { StableHash: { } stable, StableIsProven: false, UnprovenOccasions: > 0 })
        {
            return null;
        }
        var next = RevisionTrust.MayBeReplaced(book)
            ? "until one is, new content replaces it at once, for the first three due times"
            : "new content needs a SyncRollout all the same, or updatePolicy: Immediate";
        return ConditionDraft.True(
            Reasons.StableUnproven,
            Reasons.StableUnproven,
            $"no store has been reported ok on revision {stable}, which is stable; {next}"
        );
    }

    /// <summary>
    /// A connector that was made again under its name goes on with the record of the one before. Told from its first spec on, until the
    /// stores run what it asks for. Null: they do, or it was not made again.
    /// </summary>
    public static ConditionDraft? Former(Draft draft)
    {
        var (metadata, status) = (draft.Seen.Connector.Metadata, draft.Seen.Connector.Status);
        var isFirst = metadata.Generation == 1 || status.Conditions.Any(c => c.Type == Reasons.FormerContent);
        return
            isFirst
            && draft.Record.Stable is { } stable
            && stable.CreatedAt + PlanLimits.ClockSkew < metadata.CreationTimestamp
            && AskedContent.HashOf(draft) is { } asked
            && asked != stable.Hash
            ? ConditionDraft.True(
                Reasons.FormerContent,
                Reasons.FormerContent,
                $"a connector of this name was there before, and its record is still kept: stores go on with its revision {stable.Hash} ({stable.Sync.Image}) until this spec's content has been rolled out; to begin anew instead, see 'Forget a record' in the README"
            )
            : null;
    }

    /// <summary>Which stores run the flow.</summary>
    public static string RunsOn(Draft draft, string flow) =>
        FlowHomes.IsOnStable(draft.Record, flow) ? AllStores
        : draft.Followed.RunningAttempt is not null && FlowHomes.IsOnCandidate(draft.Record, flow) ? Cohort
        : Nothing;

    /// <summary>Null: no active store has a good slot. In each plan, so a store is looked up only where it may be the oldest.</summary>
    public static DateTimeOffset? OldestOkSlot(Draft draft, string flow)
    {
        DateTimeOffset? oldest = null;
        foreach (var (store, past) in draft.Record.Ledger(flow).Stores)
        {
            if (past.LastOkSlot is { } slot && !(oldest <= slot) && draft.Roster.IsActive(store))
            {
                oldest = slot;
            }
        }
        return oldest;
    }
}
