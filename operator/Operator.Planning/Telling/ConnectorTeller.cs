using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Runs;

namespace Operator.Planning.Telling;

/// <summary>Derives the connector's status. Its conditions are derived nowhere else.</summary>
internal static class ConnectorTeller
{
    public static ConnectorStatus Tell(Draft draft, WaitingStores waiting)
    {
        var (record, metadata) = (draft.Record, draft.Seen.Connector.Metadata);
        var before = draft.Seen.Connector.Status.Conditions;
        var candidate = record.Revisions.Find(record.RunningAttempt?.Revision);
        var stale = Staleness.Of(draft);
        return new ConnectorStatus
        {
            ObservedGeneration = metadata.Generation,
            Conditions = [.. Conditions(draft).Select(c => c.After(before, metadata.Generation, draft.Now))],
            StableRevision = record.Stable?.Hash,
            StableImage = record.Stable?.Sync.Image,
            CandidateRevision = candidate?.Hash,
            CandidateImage = candidate?.Sync.Image,
            Stores = Count(draft, stale),
            Suspensions = SuspensionTeller.Tell(draft),
            Flows = draft.Seen.ConnectorFindings.IsEmpty
                ? [.. draft.Spec.Flows.Select(f => TellFlow(draft, f, waiting, stale))]
                : [],
            WorstStores = StoreTroubles.Worst(stale),
            RecordCounter = record.Counter,
        };
    }

    private static IEnumerable<ConditionDraft> Conditions(Draft draft)
    {
        var ready = Ready(draft);
        yield return ready;
        var isRefused = draft.Seen.Desired is DesiredContent.Unformed { IsMissing: false };
        if (!draft.Seen.ConnectorFindings.IsEmpty || draft.Record.Revisions.IsWithoutTruth || isRefused)
        {
            yield return ConditionDraft.True(ConditionTypes.Stalled, ready.Reason, ready.Message);
        }
        if (draft.Record.Plans.Values.FirstOrDefault(p => p.Problem is not null)?.Problem is { } problem)
        {
            yield return ConditionDraft.True(Reasons.RunsFailing, problem.Reason, problem.Message);
        }
        if (StoreTroubles.SharedSecrets(draft) is { } shared)
        {
            yield return shared;
        }
        foreach (var trouble in draft.Seen.ConnectorFindings.IsEmpty ? QuotaTroubles.Of(draft) : [])
        {
            yield return trouble;
        }
        if (StoreTroubles.Failing(draft) is { } failing)
        {
            yield return failing;
        }
        if (!draft.StoreListProblems.IsEmpty)
        {
            yield return ConditionDraft.True(
                Reasons.StoreListBroken,
                Reasons.StoreListBroken,
                string.Join("; ", draft.StoreListProblems)
            );
        }
        if (draft.Seen.Desired is DesiredContent.Unformed { IsMissing: true } missing)
        {
            yield return ConditionDraft.True(Reasons.ConfigMapMissing, Reasons.ConfigMapMissing, missing.Why);
        }
        if (ImageIds.Problem(draft.Record.Stable) is { } changed)
        {
            yield return ConditionDraft.True(Reasons.ImageChanged, Reasons.ImageChanged, changed);
        }
        if (ConditionDraft.Dropped(draft.Seen.UnknownFields) is { } dropped)
        {
            yield return dropped;
        }
        if (!draft.Seen.RefusedWrites.IsEmpty)
        {
            yield return RefusedWrites(draft.Seen.RefusedWrites);
        }
    }

    /// <summary>The message names one write, so that it stays the same while many are refused alike.</summary>
    private static ConditionDraft RefusedWrites(ImmutableArray<RefusedWrite> writes)
    {
        var others = writes.Length > 1 ? "; other writes are refused, too" : "";
        return ConditionDraft.True(
            Reasons.WritesRefused,
            Reasons.WritesRefused,
            $"the API server refuses to {writes[0].What}: {writes[0].Message}{others}"
        );
    }

    /// <summary>The Ready condition: the first rule that applies decides.</summary>
    private static ConditionDraft Ready(Draft draft)
    {
        var (seen, book) = (draft.Seen, draft.Record.Revisions);
        var shortage = draft.Record.Plans.Values.Select(p => p.Shortage).OfType<string>().FirstOrDefault();
        var totalProblem = draft.Record.Plans.Values.FirstOrDefault(p => p.Problem is { IsTotal: true })?.Problem;
        return draft switch
        {
            _ when !seen.ConnectorFindings.IsEmpty => NotReady(
                Reasons.InvalidSpec,
                string.Join("; ", seen.ConnectorFindings)
            ),
            _ when seen.CommitRefusal is { } words => NotReady(
                Reasons.RecordRefused,
                $"the API server refuses to write the record: nothing new is planned: {words}"
            ),
            _ when seen.RecordTooLarge is { } arithmetic => NotReady(
                Reasons.RecordTooLarge,
                RecordSizes.Message(arithmetic)
            ),
            _ when book.IsWithoutTruth => NotReady(
                Reasons.RecordLost,
                "the record was lost and no stable revision survived: nothing is run, because it is unknown what the stores ran; set updatePolicy: Immediate to adopt the spec as stable"
            ),
            _ when draft.Roster.IsEmpty && !draft.StoreListProblems.IsEmpty => NotReady(
                Reasons.StoreListBroken,
                $"no store is known: {string.Join("; ", draft.StoreListProblems)}"
            ),
            _ when draft.Spec.Suspend => ConditionDraft.True(
                ConditionTypes.Ready,
                Reasons.Suspended,
                SuspensionTeller.Message(draft)
            ),
            _ when seen.IsClockSkewed => NotReady(
                Reasons.ClockSkew,
                "the operator's clock is more than 5 s off the API server's: nothing new is planned; synchronise the node's clock"
            ),
            _ when seen.HasNoRoomForPods => NotReady(
                Reasons.FinishedPodsCap,
                "finished pods that are not in the records yet are as many as --finished-pods-cap allows: nothing new is planned; see the operator's log for records that can't be written, or raise the cap"
            ),
            _ when CandidateRefusals.OfOthers(draft) is { } refusal => Refused(refusal),
            _ when totalProblem is not null => NotReady(totalProblem.Reason, totalProblem.Message),
            _ when shortage is not null => NotReady(Reasons.CapacityTooLow, shortage),
            _ when QuotaTroubles.TooLow(draft) is { } arithmetic => NotReady(
                Reasons.QuotaTooLow,
                $"stores take turns, because the application's calls do not suffice for all: {arithmetic}"
            ),
            _ => Serving(draft, draft.Seen.Desired),
        };
    }

    private static ConditionDraft Refused(CreateRefusal refusal) =>
        NotReady(Reasons.Of(refusal.Kind), $"the API server refuses to create sync pods: {refusal.Message}");

    /// <summary>Ready is True because the stores run stable; the message says what holds newer content back.</summary>
    private static ConditionDraft Serving(Draft draft, DesiredContent content)
    {
        var book = draft.Record.Revisions;
        var stable = $"stores run revision {book.StableHash}";
        var isRunning = draft.Record.RunningAttempt is not null;
        var desired = content.Hash;
        var isCurrent = isRunning || desired == book.StableHash;
        return draft switch
        {
            _ when content is DesiredContent.Unformed unformed => Unformed(unformed, book.StableHash),
            _ when isRunning && draft.Policy is null => Serving(
                Reasons.RolloutUnusable,
                "all stores run stable while the SyncRollout can't be followed; correct it"
            ),
            _ when isCurrent => Serving(Reasons.Syncing, stable),
            _ when book.Rejected is { } rejected => Serving(
                Reasons.RevisionRejected,
                $"{stable}; revision {rejected.Hash} is rejected ({rejected.Reason}): {rejected.Message}"
            ),
            _ when draft.Seen.Rollout is RolloutSight.Unusable => Serving(
                Reasons.RolloutUnusable,
                $"{stable}; revision {desired} waits, because the SyncRollout can't be followed; correct it"
            ),
            _ => Serving(
                Reasons.RolloutMissing,
                $"{stable}; revision {desired} waits for a SyncRollout; create one, or set updatePolicy: Immediate"
            ),
        };
    }

    /// <summary>A missing ConfigMap may come back; values that are too large need an edit.</summary>
    private static ConditionDraft Unformed(DesiredContent.Unformed content, string? stable) =>
        (content.IsMissing, stable) switch
        {
            (true, { } hash) => Serving(
                Reasons.ConfigMapMissing,
                $"stores go on with their revisions, stable is {hash}; new content waits: {content.Why}"
            ),
            (true, null) => NotReady(Reasons.ConfigMapMissing, content.Why),
            (false, { } hash) => NotReady(
                Reasons.InvalidSpec,
                $"{content.Why}; stores go on with their revisions, stable is {hash}"
            ),
            (false, null) => NotReady(Reasons.InvalidSpec, content.Why),
        };

    private static StoreCounts Count(Draft draft, ImmutableArray<StaleStore> stale)
    {
        var active = draft.Roster.Active.Length;
        var onCandidate =
            draft.Record.RunningAttempt is { HasStarted: true } attempt && draft.Policy is not null
                ? Assessment.CohortStores(draft, attempt)
                : 0;
        return new StoreCounts
        {
            Total = draft.Spec.Stores.Length,
            Active = active,
            Suspended = draft.Spec.Stores.Length - active,
            OnStable = active - onCandidate,
            OnCandidate = onCandidate,
            Stale = stale.DistinctBy(s => s.Store, StringComparer.Ordinal).Count(),
        };
    }

    private static FlowStatus TellFlow(Draft draft, Flow flow, WaitingStores waiting, ImmutableArray<StaleStore> stale)
    {
        var plan = draft.Record.Plan(flow.Name);
        var owed = plan.Plannable.SelectMany(o => waiting.Of(draft, flow.Name, o)).ToImmutableArray();
        return new FlowStatus
        {
            Name = flow.Name,
            LastSlot = plan.LastSlot,
            NextSlot = Occasions.NextSlot(draft, flow),
            ActiveRuns = plan.Entries.Count(e => e.Result is null),
            WaitingRuns = (owed.Length + flow.MaxStoresPerRun - 1) / flow.MaxStoresPerRun,
            WaitingFor = waiting.HoldsOf(draft, flow.Name).KeptBy(owed) is { } limit ? $"{limit.Api} ({limit})" : null,
            StaleStores = stale.Count(s => s.Flow == flow.Name),
            LastSuccess = plan.LastSuccess is { } at ? ConditionDraft.Seconds(at) : null,
            Missed = MissedOf(plan),
        };
    }

    private static MissedCounts MissedOf(FlowPlan plan) =>
        new()
        {
            Slots = plan.MissedSlots,
            StoreSyncs = plan.MissedStoreSyncs,
            ByCause = new MissedByCause
            {
                Downtime = plan.MissedBy.Downtime,
                Capacity = plan.MissedBy.Capacity,
                Concurrency = plan.MissedBy.Concurrency,
                Quota = plan.MissedBy.Quota,
                Auth = plan.MissedBy.Auth,
                Infra = plan.MissedBy.Infra,
                Isolation = plan.MissedBy.Isolation,
                InvalidSpec = plan.MissedBy.InvalidSpec,
                Unknown = plan.MissedBy.Unknown,
            },
        };

    private static ConditionDraft NotReady(string reason, string message) =>
        ConditionDraft.False(ConditionTypes.Ready, reason, message);

    private static ConditionDraft Serving(string reason, string message) =>
        ConditionDraft.True(ConditionTypes.Ready, reason, message);
}
