using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// Opens the newest due slot and counts the missed slots before it. A slot opens once, even when the clock jumps back.
/// </summary>
internal static class Occasions
{
    public static Draft OpenDue(Draft draft)
    {
        foreach (var flow in draft.Spec.Flows)
        {
            draft = OpenDue(draft.RegisterFlow(flow.Name), flow);
        }
        return draft;
    }

    /// <summary>
    /// The flow's next slot after its suspensions; null when there is none, or while the connector or the flow is suspended
    /// without an end.
    /// </summary>
    public static DateTimeOffset? NextSlot(Draft draft, Flow flow)
    {
        var held = draft.Suspended.HeldUntil(flow.Name);
        var isStopped = draft.Record.Attempts.Suspended || held == DateTimeOffset.MaxValue;
        return isStopped ? null : Schedule.Of(flow).Next(Later(draft.Now, JustBefore(held)));
    }

    private static Draft OpenDue(Draft draft, Flow flow)
    {
        draft = SkipSuspended(draft, flow);
        var plan = draft.Record.Plan(flow.Name);
        var floor = Floor(draft, flow, plan);
        var due = Schedule.Of(flow).Between(floor, draft.Now);
        if (due.Newest is not { } slot)
        {
            return draft;
        }
        var opening = Open(flow, slot, plan, draft.Record.RunningAttempt);
        var stores = draft.Spec.Suspend ? 0 : DueStores.Of(draft, flow.Name, opening).Count();
        if (stores == 0)
        {
            draft = Skip(draft, flow, new SlotSpan(floor, draft.Now), StoreOutcome.Suspended);
            return draft with { Record = draft.Record.With(flow.Name, plan with { LastSlot = slot }) };
        }
        var isMissed = draft.Now > opening.StartBy;
        var missed = due.Count - (isMissed ? 0 : 1);
        var missedSyncs = SyncsDue(draft, flow, opening, floor) - (isMissed ? 0 : stores);
        var opened = plan with
        {
            LastSlot = slot,
            MissedSlots = plan.MissedSlots + missed,
            MissedStoreSyncs = plan.MissedStoreSyncs + missedSyncs,
            MissedBy = plan.MissedBy.Plus(MissCause.Downtime, missedSyncs),
            Occasions = isMissed ? plan.Occasions : plan.Occasions.Add(opening),
        };
        var because = isMissed
            ? $"{missed} slots of '{flow.Name}' were missed"
            : $"slot {slot:HH:mm:ss} of '{flow.Name}' is due";
        var skippedUntil = isMissed ? slot : slot.AddTicks(-1);
        draft = Skip(draft, flow, new SlotSpan(floor, skippedUntil), StoreOutcome.MissedByDowntime);
        return draft.Decide(draft.Record.With(flow.Name, opened), because);
    }

    /// <summary>
    /// Due syncs since the floor, for the stores of the newest slot. For a store that was suspended, since the end of its
    /// suspension.
    /// </summary>
    private static long SyncsDue(Draft draft, Flow flow, Occasion newest, DateTimeOffset floor)
    {
        var (held, schedule) = (draft.Suspended, Schedule.Of(flow));
        return DueStores
            .Of(draft, flow.Name, newest)
            .CountBy(s => Later(floor, JustBefore(held.HeldUntil(flow.Name, s))))
            .Sum(stores => stores.Value * schedule.Between(stores.Key, draft.Now).Count);
    }

    /// <summary>
    /// Due times within a suspension are not missed; they are written as Suspended so that the CLI can explain them. This
    /// forces no commit: the next commit contains it.
    /// </summary>
    private static Draft SkipSuspended(Draft draft, Flow flow)
    {
        var plan = draft.Record.Plan(flow.Name);
        var (since, floor) = (ListedSince(draft, plan), Floor(draft, flow, plan));
        if (floor <= since || Schedule.Of(flow).Between(since, floor).Newest is not { } slot)
        {
            return draft;
        }
        draft = Skip(draft, flow, new SlotSpan(since, slot), StoreOutcome.Suspended);
        return draft with { Record = draft.Record.With(flow.Name, plan with { LastSlot = slot }) };
    }

    private static Draft Skip(Draft draft, Flow flow, SlotSpan span, StoreOutcome outcome) =>
        draft with
        {
            Skipped = draft.Skipped.Add(new SkippedSlots(flow, span, outcome)),
        };

    /// <summary>The spread is at most the period, so no run is due after the next slot.</summary>
    private static Occasion Open(Flow flow, DateTimeOffset slot, FlowPlan plan, Attempt? attempt)
    {
        var period = Schedule.Of(flow).Period(slot);
        var spread = flow.Spread.Value < period || period == TimeSpan.Zero ? flow.Spread.Value : period;
        return new Occasion
        {
            Id = OccasionIds.Slot(slot),
            Slot = slot,
            SlotBefore = plan.NewestSlot?.Slot,
            Spread = spread,
            StartBy = slot + spread + flow.StartingDeadline.Value,
            Period = period,
            Retries = flow.Retries,
            Attempt = attempt?.Number ?? 0,
            Stage = attempt?.Stage ?? 0,
        };
    }

    /// <summary>
    /// Slots count only after the latest of: creation of connector and record, first listing of the flow, last resume, end
    /// of the flow's suspension, last slot.
    /// </summary>
    private static DateTimeOffset Floor(Draft draft, Flow flow, FlowPlan plan)
    {
        var floor = Later(ListedSince(draft, plan), draft.Record.Attempts.ResumedAt);
        // While the flow is suspended, no slot counts at all, so only a past end raises the floor.
        return draft.Suspended.HeldUntil(flow.Name) is { } end && end <= draft.Now
            ? Later(floor, JustBefore(end))
            : floor;
    }

    /// <summary>As <see cref="Floor"/>, without suspensions.</summary>
    private static DateTimeOffset ListedSince(Draft draft, FlowPlan plan)
    {
        DateTimeOffset?[] bounds =
        [
            draft.Seen.Connector.Metadata.CreationTimestamp,
            draft.Record.CreatedAt,
            plan.ListedAt,
            plan.LastSlot,
        ];
        return bounds.Max() ?? draft.Record.CreatedAt;
    }

    /// <summary>A slot at the exact end of a suspension counts.</summary>
    private static DateTimeOffset? JustBefore(DateTimeOffset? end) => end?.AddTicks(-1);

    private static DateTimeOffset Later(DateTimeOffset floor, DateTimeOffset? other) =>
        other > floor ? other.Value : floor;
}
