using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Runs;

/// <summary>
/// Opens the newest due slot and counts the missed slots before it. A slot opens once, even when the clock jumps back.
/// </summary>
internal static class Occasions
{
    private static readonly TimeSpan OneTick = TimeSpan.FromTicks(1);

    public static Draft OpenDue(Draft draft)
    {
        draft = DueSince.NoteUnlisted(draft);
        foreach (var flow in draft.Spec.Flows)
        {
            draft = DueSince.NoteStores(draft.RegisterFlow(flow), flow);
            // What came under the former schedule is run or counted before the edit takes effect.
            draft = DueSince.Former(draft, flow) is { } former ? OpenDue(draft, former) : draft;
            draft = OpenDue(DueSince.NoteSchedule(draft, flow), flow);
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
        return isStopped ? null : Schedule.Of(flow).Next(DueSince.Later(draft.Now, DueSince.JustBefore(held)));
    }

    private static Draft OpenDue(Draft draft, Flow flow)
    {
        draft = SkipSuspended(draft, flow);
        var floor = DueSince.Floor(draft, flow, draft.Record.Plan(flow.Name));
        var due = Schedule.Of(flow).Between(floor, draft.Now);
        if (due.Newest is not { } slot)
        {
            return draft;
        }
        draft = StorePlaces.Align(draft);
        var plan = draft.Record.Plan(flow.Name);
        var opening = Open(flow, slot, plan, draft.Record.RunningAttempt);
        var stores = draft.Spec.Suspend ? [] : DueStores.Of(draft, flow.Name, opening).ToList();
        var others = FlowHomes.OfOthers(draft.Record, flow.Name);
        if (stores.Count == 0)
        {
            draft = Skip(draft, flow, new SlotSpan(floor, draft.Now), others);
            return draft with { Record = draft.Record.With(flow.Name, plan with { LastSlot = slot }) };
        }
        if (draft.Now > opening.StartBy)
        {
            draft = Miss(draft, flow, opening, new SlotSpan(floor, slot));
            var missed = draft.Record.Plan(flow.Name) with { LastSlot = slot };
            return draft.Decide(
                draft.Record.With(flow.Name, missed),
                $"{due.Count} slots of '{flow.Name}' were missed"
            );
        }
        draft = Miss(draft, flow, opening, new SlotSpan(floor, slot.AddTicks(-1)));
        var before = draft.Record.Plan(flow.Name);
        var opened = before with
        {
            LastSlot = slot,
            Occasions = before.Occasions.Add(opening with { Due = StorePlaces.DueRow(draft, stores, others) }),
        };
        return draft.Decide(draft.Record.With(flow.Name, opened), $"slot {slot:HH:mm:ss} of '{flow.Name}' is due");
    }

    /// <summary>Counts the slots of the span as missed.</summary>
    private static Draft Miss(Draft draft, Flow flow, Occasion newest, SlotSpan span)
    {
        foreach (var (part, cause) in Absence.Causes(draft, draft.Record.Plan(flow.Name), span, Window(newest)))
        {
            var (plan, syncs) = (draft.Record.Plan(flow.Name), SyncsDue(draft, flow, newest, part));
            var counted = plan with
            {
                MissedSlots = plan.MissedSlots + Schedule.Of(flow).Between(part.After, part.Until).Count,
                MissedStoreSyncs = plan.MissedStoreSyncs + syncs,
                MissedBy = plan.MissedBy.Plus(cause, syncs),
            };
            draft = Skip(draft, flow, part, StoreOutcomes.Of(cause)) with
            {
                Record = draft.Record.With(flow.Name, counted),
            };
        }
        return draft;
    }

    /// <summary>How long a slot can be opened: until it is too late to start, or until the next slot takes its place.</summary>
    private static TimeSpan Window(Occasion newest)
    {
        var window = newest.StartBy - newest.Slot;
        return TimeSpan.Zero < newest.Period && newest.Period < window ? newest.Period.Subtract(OneTick) : window;
    }

    /// <summary>
    /// Due syncs of the span, for the stores of the newest slot that the record knew: nobody knows when the others joined. For a
    /// store that was suspended, since the end of its suspension.
    /// </summary>
    private static long SyncsDue(Draft draft, Flow flow, Occasion newest, SlotSpan span)
    {
        var (held, schedule) = (draft.Suspended, Schedule.Of(flow));
        return DueStores
            .Of(draft, flow.Name, newest)
            .Where(draft.Known.Has)
            .CountBy(s => DueSince.Later(span.After, DueSince.JustBefore(held.HeldUntil(flow.Name, s))))
            .Sum(stores => stores.Value * schedule.Between(stores.Key, span.Until).Count);
    }

    /// <summary>
    /// Due times within a suspension are not missed; they are written as Suspended so that the CLI can explain them. This
    /// forces no commit: the next commit contains it.
    /// </summary>
    private static Draft SkipSuspended(Draft draft, Flow flow)
    {
        var plan = draft.Record.Plan(flow.Name);
        var (since, floor) = (DueSince.Listed(draft, plan), DueSince.Floor(draft, flow, plan));
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
            StartTimeout = flow.StartTimeout,
            Timeout = flow.Timeout,
            Period = period,
            Retries = flow.Retries,
            Attempt = attempt?.Number ?? 0,
            Stage = attempt?.Stage ?? 0,
        };
    }
}
