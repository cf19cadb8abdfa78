using Operator.Api;
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
    /// Notes edits that end what was before: another schedule or time zone, the first active store after a time without any. Each
    /// forces a commit, because only due times after it count.
    /// </summary>
    public static Draft Note(Draft draft, Flow flow) => NoteStores(NoteSchedule(draft, flow), flow);

    /// <summary>A flow that the spec no longer lists has no schedule. If it is listed again, only later due times count.</summary>
    public static Draft NoteUnlisted(Draft draft)
    {
        foreach (var (name, plan) in draft.Record.Plans)
        {
            // Without a live run the flow's whole plan is forgotten.
            var isLeft = draft.Spec.FindFlow(name) is null && plan.Entries.Any(e => e.Result is null);
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

    /// <summary>A slot at the exact end of a suspension counts.</summary>
    public static DateTimeOffset? JustBefore(DateTimeOffset? end) => end?.AddTicks(-1);

    private static Draft NoteSchedule(Draft draft, Flow flow)
    {
        var plan = draft.Record.Plan(flow.Name);
        if (plan.Schedule == flow.Schedule && plan.TimeZone == flow.TimeZone)
        {
            return draft;
        }
        var edited = plan with { Schedule = flow.Schedule, TimeZone = flow.TimeZone, ScheduledSince = draft.Now };
        return draft.Decide(draft.Record.With(flow.Name, edited), $"flow '{flow.Name}' has another schedule");
    }

    private static Draft NoteStores(Draft draft, Flow flow)
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
}
