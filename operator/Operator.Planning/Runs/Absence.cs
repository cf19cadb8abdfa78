using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Due times that passed without being opened, for one cause.</summary>
internal sealed record PassedSlots(SlotSpan Span, MissCause Cause);

/// <summary>
/// Why nobody started what was due, as far as it is shown: by the record, and by the time since which this process plans. Nobody
/// planned in between, or it is unknown.
/// </summary>
internal static class Absence
{
    /// <summary>
    /// Cuts the span into parts with one cause each. A slot could be opened until <paramref name="window"/> after it was due.
    /// </summary>
    public static IEnumerable<PassedSlots> Causes(Draft draft, FlowPlan plan, SlotSpan span, TimeSpan window)
    {
        DateTimeOffset?[] cuts =
        [
            draft.Record.Planning.PlannedAt,
            DueSince.JustBefore(draft.Seen.PlanningSince) - window,
            DueSince.JustBefore(draft.Record.Planning.InvalidSince) - window,
            draft.Record.Planning.InvalidUntil,
            DueSince.JustBefore(plan.WrongSince) - window,
            plan.WrongUntil,
        ];
        var after = span.After;
        foreach (var until in cuts.OfType<DateTimeOffset>().Where(c => c < span.Until).Order().Append(span.Until))
        {
            if (until > after)
            {
                yield return new PassedSlots(new SlotSpan(after, until), CauseOf(draft, plan, until, until + window));
                after = until;
            }
        }
    }

    /// <summary>Why a run that could start from <paramref name="from"/> to <paramref name="until"/> was not planned.</summary>
    public static MissCause OfOpened(Draft draft, FlowPlan plan, DateTimeOffset from, DateTimeOffset until)
    {
        var (planning, since) = (draft.Record.Planning, draft.Seen.PlanningSince);
        return planning.WasInvalid(from, until) || plan.WasWrong(from, until) ? MissCause.InvalidSpec
            : planning.PlannedAt < from && since > until ? MissCause.Downtime
            : MissCause.Unknown;
    }

    /// <summary>A plan that could start runs opens each slot that is due. So a slot that was not opened saw no such plan.</summary>
    private static MissCause CauseOf(Draft draft, FlowPlan plan, DateTimeOffset slot, DateTimeOffset startBy)
    {
        var planning = draft.Record.Planning;
        return planning.WasInvalid(slot, startBy) || plan.WasWrong(slot, startBy) ? MissCause.InvalidSpec
            : planning.PlannedAt >= slot || draft.Seen.PlanningSince <= startBy ? MissCause.Unknown
            : MissCause.Downtime;
    }
}
