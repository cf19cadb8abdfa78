using Operator.Api;

namespace Operator.Planning.Scheduling;

/// <summary>Opens the slot that is due and counts those that were missed. A slot is opened once, whatever the clock says.</summary>
internal static class Occasions
{
    public static Draft OpenDue(Draft draft)
    {
        foreach (var flow in draft.Spec.Flows)
        {
            draft = OpenDue(List(draft, flow), flow);
        }
        return draft;
    }

    /// <summary>The first slot that can count is due after the record first listed the flow.</summary>
    private static Draft List(Draft draft, Flow flow) =>
        draft.Record.Plans.ContainsKey(flow.Name)
            ? draft
            : draft.Decide(
                draft.Record.With(flow.Name, new FlowPlan { ListedAt = draft.Now }),
                $"flow '{flow.Name}' is listed"
            );

    private static Draft OpenDue(Draft draft, Flow flow)
    {
        var plan = draft.Record.Plan(flow.Name);
        var floor = Floor(draft, plan);
        var due = Schedule.Of(flow).Between(floor, draft.Now);
        if (due.Newest is not { } slot)
        {
            return draft;
        }
        var stores = draft.Roster.Active.Length;
        if (draft.Spec.Suspend || stores == 0)
        {
            return draft with { Record = draft.Record.With(flow.Name, plan with { LastSlot = slot }) };
        }
        var opening = Open(flow, slot, plan, draft.Record.RunningAttempt);
        var startBy = opening.StartBy;
        var isMissed = draft.Now > startBy;
        var missed = due.Count - (isMissed ? 0 : 1);
        var opened = plan with
        {
            LastSlot = slot,
            MissedSlots = plan.MissedSlots + missed,
            MissedStoreSyncs = plan.MissedStoreSyncs + (missed * stores),
            MissedBy = plan.MissedBy.Plus(MissCause.Downtime, missed * stores),
            Occasions = isMissed ? plan.Occasions : plan.Occasions.Add(opening),
        };
        var because = isMissed
            ? $"{missed} slots of '{flow.Name}' were missed"
            : $"slot {slot:HH:mm:ss} of '{flow.Name}' is due";
        return draft.Decide(draft.Record.With(flow.Name, opened), because);
    }

    /// <summary>No slot is spread beyond the next one.</summary>
    private static Occasion Open(Flow flow, DateTimeOffset slot, FlowPlan plan, Attempt? attempt)
    {
        var period = Schedule.Of(flow).Period(slot);
        var spread = flow.Spread.Value < period || period == TimeSpan.Zero ? flow.Spread.Value : period;
        return new Occasion
        {
            Id = OccasionIds.Slot(slot),
            Slot = slot,
            SlotBefore = plan.Occasions.IsEmpty ? null : plan.Occasions[^1].Slot,
            Spread = spread,
            StartBy = slot + spread + flow.StartingDeadline.Value,
            Period = period,
            Retries = flow.Retries,
            Attempt = attempt?.Number ?? 0,
            Stage = attempt?.Stage ?? 0,
        };
    }

    /// <summary>Slots count only after the latest of: connector, record and flow were there, the last resume, the last slot.</summary>
    private static DateTimeOffset Floor(Draft draft, FlowPlan plan)
    {
        DateTimeOffset?[] bounds =
        [
            draft.Seen.Connector.Metadata.CreationTimestamp,
            draft.Record.CreatedAt,
            draft.Record.Attempts.ResumedAt,
            plan.ListedAt,
            plan.LastSlot,
        ];
        return bounds.Max() ?? draft.Record.CreatedAt;
    }
}
