using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// From when on the due times of a flow count. A due time belongs to the schedule and the stores of its time: what a person edits
/// later never makes it due, missed or late.
/// </summary>
internal static class DueSince
{
    /// <summary>
    /// A flow that the spec no longer lists has no schedule. If it is listed again, only later due times count. Nobody wants the due
    /// times any more that passed before the operator saw this, as with a suspension.
    /// </summary>
    public static Draft NoteUnlisted(Draft draft)
    {
        foreach (var (name, plan) in draft.Record.Plans)
        {
            // Without a live run the flow's whole plan is forgotten.
            var isLeft = !draft.Effective.IsListed(name) && plan.Entries.Any(e => e.Result is null);
            if (isLeft && plan.Schedule is not null)
            {
                draft = draft.Decide(
                    draft.Record.With(name, plan with { Schedule = null }),
                    $"flow '{name}' is no longer listed"
                );
            }
        }
        return draft;
    }

    /// <summary>
    /// Slots count only after the latest of: creation of connector and record, first listing of the flow, last edit of its
    /// schedule, last resume, end of the flow's suspension, last slot.
    /// </summary>
    public static DateTimeOffset Floor(Draft draft, Flow flow, FlowPlan plan)
    {
        var floor = Later(Later(Listed(draft, plan), draft.Record.Attempts.ResumedAt), plan.ActiveSince);
        // While the flow is suspended, no slot counts at all, so only a past end raises the floor.
        return draft.Suspended.HeldUntil(flow.Name) is { } end && end <= draft.Now
            ? Later(floor, JustBefore(end))
            : floor;
    }

    /// <summary>As <see cref="Floor"/>, without suspensions.</summary>
    public static DateTimeOffset Listed(Draft draft, FlowPlan plan)
    {
        DateTimeOffset?[] bounds =
        [
            draft.Seen.Connector.Metadata.CreationTimestamp,
            draft.Record.CreatedAt,
            plan.ListedAt,
            plan.ScheduledSince,
            plan.LastSlot,
        ];
        return bounds.Max() ?? draft.Record.CreatedAt;
    }

    public static DateTimeOffset Later(DateTimeOffset floor, DateTimeOffset? other) =>
        other > floor ? other.Value : floor;

    /// <summary>The bound of a span that contains a slot at this very instant, such as at the end of a suspension.</summary>
    public static DateTimeOffset? JustBefore(DateTimeOffset? at) => at?.AddTicks(-1);

    /// <summary>The flow has another schedule than the last plan saw. Another text for the same due times is no edit.</summary>
    public static bool IsEdited(FlowPlan plan, Flow flow) =>
        (plan.Schedule != flow.Schedule || plan.TimeZone != flow.TimeZone)
        && !(SeenLast(plan) is { } last && last == Schedule.Find(flow.Schedule, flow.TimeZone));

    /// <summary>
    /// The flow with the schedule that the last plan saw. Its due times until now are still wanted: the operator only sees the edit
    /// late. Null: the schedule is the same, or the spec did not list the flow.
    /// </summary>
    public static Flow? Former(Draft draft, Flow flow)
    {
        var plan = draft.Record.Plan(flow.Name);
        return IsEdited(plan, flow) && SeenLast(plan) is not null
            ? flow with
            {
                Schedule = plan.Schedule!, // it can be parsed
                TimeZone = plan.TimeZone!, // see above
            }
            : null;
    }

    /// <summary>Notes another schedule or time zone. This forces a commit, because only due times after it count.</summary>
    public static Draft NoteSchedule(Draft draft, Flow flow)
    {
        var plan = draft.Record.Plan(flow.Name);
        if (!IsEdited(plan, flow))
        {
            return draft;
        }
        var edited = plan with { Schedule = flow.Schedule, TimeZone = flow.TimeZone, ScheduledSince = draft.Now };
        return draft.Decide(draft.Record.With(flow.Name, edited), $"flow '{flow.Name}' has another schedule");
    }

    /// <summary>
    /// Notes the first active store after a time without any, and the end of the last one. This forces a commit, because due times
    /// in between do not count.
    /// </summary>
    public static Draft NoteStores(Draft draft, Flow flow)
    {
        var (plan, isIdle) = (draft.Record.Plan(flow.Name), !draft.Effective.HasActiveStores);
        return (plan.IsIdle, isIdle) switch
        {
            (false, true) => draft.Decide(
                draft.Record.With(flow.Name, plan with { IsIdle = true }),
                $"flow '{flow.Name}' has no active store"
            ),
            (true, false) => draft.Decide(
                draft.Record.With(flow.Name, plan with { IsIdle = false, ActiveSince = draft.Now }),
                $"flow '{flow.Name}' has active stores again"
            ),
            _ => draft,
        };
    }

    private static Schedule? SeenLast(FlowPlan plan) =>
        plan is { Schedule: { } schedule, TimeZone: { } zone } ? Schedule.Find(schedule, zone) : null;
}
