using Operator.Planning.Drafts;

namespace Operator.Planning.Steps;

/// <summary>Notes when the spec suspended the connector and resumed it: what was due in between counts for nothing.</summary>
internal static class Suspension
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
