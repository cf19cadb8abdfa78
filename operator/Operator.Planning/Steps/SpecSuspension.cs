using Operator.Planning.Drafts;

namespace Operator.Planning.Steps;

/// <summary>Notes when <c>spec.suspend</c> is set and cleared: due times in between do not count.</summary>
internal static class SpecSuspension
{
    public static Draft Note(Draft draft)
    {
        var book = draft.Record.Attempts;
        return (draft.Spec.Suspend, book.Suspended) switch
        {
            (true, false) => draft.Decide(draft.Record with { Attempts = book with { Suspended = true } }, "suspended"),
            (false, true) => draft.Decide(
                draft.Record with
                {
                    Attempts = book with { Suspended = false, ResumedAt = draft.Now },
                },
                "resumed"
            ),
            _ => draft,
        };
    }
}
