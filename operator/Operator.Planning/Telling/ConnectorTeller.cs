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
    /// <summary>A process begins to plan a connector with its first plan; reads can come between the two instants.</summary>
    private static readonly TimeSpan FirstPlan = TimeSpan.FromMilliseconds(500);

    public static ConnectorStatus Tell(Draft draft, PodIndex pods, WaitingStores waiting)
    {
        var (record, metadata) = (draft.Record, draft.Seen.Connector.Metadata);
        var before = draft.Seen.Connector.Status.Conditions;
        var candidate = record.Revisions.Find(record.RunningAttempt?.Revision);
        var stale = Staleness.Of(draft);
        var conditions = Conditions(
            draft,
            new Sights(stale, Unstartable.Of(draft, pods))
            {
                Refused = RefusalTeller.Of(draft, pods),
                IsAllRefused = RefusedRuns.AreAll(draft, pods),
            }
        );
        return new ConnectorStatus
        {
            ObservedGeneration = metadata.Generation,
            Conditions =
            [
                .. conditions.Select(c => c.After(before, metadata.Generation, draft.Now)),
                .. ConflictTeller.KeptBy(draft.Seen),
            ],
            StableRevision = record.Stable?.Hash,
            StableImage = record.Stable?.Sync.Image,
            CandidateRevision = candidate?.Hash,
            CandidateImage = candidate?.Sync.Image,
            Stores = Count(draft, stale),
            Suspensions = SuspensionTeller.Tell(draft),
            Flows = draft.Seen.ConnectorFindings.IsEmpty
                ?
                [
                    .. draft.Spec.Flows.Select(f => TellFlow(draft, f, waiting, stale)),
                    .. WrongPartTeller
                        .Flows(draft)
                        .Select(f => f with { Missed = MissedOf(draft.Record.Plan(f.Name)) }),
                ]
                : [],
            WorstStores = StoreTroubles.Worst(stale),
            RecordCounter = record.Counter,
        };
    }

    private static IEnumerable<ConditionDraft> Conditions(Draft draft, Sights sights)
    {
        var ready = ReadyTeller.Tell(draft, sights);
        yield return ready;
        var isRefused = draft.Seen.Desired is DesiredContent.Unformed { IsMissing: false };
        if (!draft.Seen.ConnectorFindings.IsEmpty || draft.Record.Revisions.IsWithoutTruth || isRefused)
        {
            yield return ConditionDraft.True(ConditionTypes.Stalled, ready.Reason, ready.Message);
        }
        else if (WrongPartTeller.Message(draft) is { } wrong)
        {
            yield return ConditionDraft.True(ConditionTypes.Stalled, Reasons.InvalidSpec, wrong);
        }
        foreach (var trouble in Runs(draft, sights).Concat(Stores(draft)).Concat(Content(draft)))
        {
            yield return trouble;
        }
        if (!draft.Seen.RefusedWrites.IsEmpty)
        {
            yield return RefusedWrites(draft.Seen.RefusedWrites);
        }
        else if (RefusedBefore(draft.Seen) is { } before)
        {
            yield return ConditionDraft.True(before.Type, before.Reason, before.Message);
        }
    }

    /// <summary>
    /// The first plan of a process does not know what is refused: it has tried no write yet. What the status says stays for this plan, so
    /// that a restart does not turn it bad again.
    /// </summary>
    private static Condition? RefusedBefore(Observation seen) =>
        seen.Now - seen.PlanningSince < FirstPlan
            ? seen.Connector.Status.Conditions.FirstOrDefault(c => c is { Type: Reasons.WritesRefused, Status: "True" })
            : null;

    private static IEnumerable<ConditionDraft> Runs(Draft draft, Sights sights)
    {
        var closed = draft.Record.Plans.Values.FirstOrDefault(p => p.Problem is not null)?.Problem;
        if ((closed ?? sights.Unstartable) is { } problem)
        {
            yield return ConditionDraft.True(Reasons.RunsFailing, problem.Reason, problem.Message);
        }
        if (sights.Refused is { } refused)
        {
            yield return refused;
        }
        if (HeldPodsTeller.Tell(draft.Seen) is { } held)
        {
            yield return held;
        }
    }

    private static IEnumerable<ConditionDraft> Stores(Draft draft)
    {
        if (StoreTroubles.SharedSecrets(draft) is { } shared)
        {
            yield return shared;
        }
        if (AccountTeller.Shared(draft) is { } account)
        {
            yield return account;
        }
        foreach (var trouble in draft.Seen.ConnectorFindings.IsEmpty ? QuotaTroubles.Of(draft) : [])
        {
            yield return trouble;
        }
        if (StoreTroubles.Failing(draft) is { } failing)
        {
            yield return failing;
        }
        if (StoreTroubles.Dropped(draft) is { } lost)
        {
            yield return lost;
        }
        if (!draft.StoreListProblems.IsEmpty)
        {
            yield return ConditionDraft.True(
                Reasons.StoreListBroken,
                Reasons.StoreListBroken,
                StoreTroubles.ListsBroken(draft)
            );
        }
        if (!draft.Seen.UnreadReferences.IsEmpty)
        {
            yield return ConditionDraft.True(
                Reasons.ReferenceUnreadable,
                Reasons.ReferenceUnreadable,
                string.Join("; ", draft.Seen.UnreadReferences)
            );
        }
        if (draft.IsHeldBack)
        {
            yield return ConditionDraft.True(
                Reasons.LiveReadFailed,
                Reasons.LiveReadFailed,
                ReadyTeller.HeldBack(draft)
            );
        }
    }

    private static IEnumerable<ConditionDraft> Content(Draft draft)
    {
        if (draft.Seen.Desired is DesiredContent.Unformed { IsMissing: true, IsUnread: false } missing)
        {
            yield return ConditionDraft.True(Reasons.ConfigMapMissing, Reasons.ConfigMapMissing, missing.Why);
        }
        if (StableTeller.Unproven(draft) is { } unproven)
        {
            yield return unproven;
        }
        if (StableTeller.Former(draft) is { } former)
        {
            yield return former;
        }
        if (ImageIds.Problem(draft.Record.Stable) is { } changed)
        {
            yield return ConditionDraft.True(Reasons.ImageChanged, Reasons.ImageChanged, changed);
        }
        if (ConditionDraft.Dropped(draft.Seen.UnknownFields) is { } dropped)
        {
            yield return dropped;
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

    private static StoreCounts Count(Draft draft, ImmutableArray<StaleStore> stale)
    {
        var active = draft.Roster.Active.Length;
        var onCandidate =
            draft.Record.RunningAttempt is { HasStarted: true, PausedOn: null } attempt && draft.Policy is not null
                ? CohortPlaces.Active(draft, attempt)
                : 0;
        return new StoreCounts
        {
            // A name that is listed twice is one store.
            Total = draft.Roster.Names.Length,
            Active = active,
            Suspended = draft.Roster.Names.Length - active - draft.Roster.Wrong.Count,
            Invalid = draft.Roster.Wrong.Count,
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
            RunsOn = StableTeller.RunsOn(draft, flow.Name),
            OldestOkSlot = StableTeller.OldestOkSlot(draft, flow.Name),
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
                Node = plan.MissedBy.Node,
                Isolation = plan.MissedBy.Isolation,
                InvalidSpec = plan.MissedBy.InvalidSpec,
                Unknown = plan.MissedBy.Unknown,
            },
        };
}
