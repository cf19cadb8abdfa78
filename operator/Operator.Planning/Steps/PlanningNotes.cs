using Operator.Planning.Drafts;

namespace Operator.Planning.Steps;

/// <summary>
/// Notes in the record when somebody planned, and since when the connector or one of its flows has problems, so that the causes of
/// missed due times are facts. Only a change of the problems forces a commit.
/// </summary>
internal static class PlanningNotes
{
    /// <summary>A connector whose flows were never listed has no due times yet.</summary>
    public static Draft NoteProblems(Draft draft)
    {
        var book = draft.Record.Planning;
        return draft.Seen.ConnectorFindings.IsEmpty || book.IsInvalid || draft.Record.Plans.IsEmpty
            ? draft
            : draft.Decide(
                draft.Record with
                {
                    Planning = book with { InvalidSince = draft.Now, InvalidUntil = null },
                },
                "problems of the connector keep runs from starting"
            );
    }

    /// <summary>Flows that stand still from now on. A flow that never was right has no due times yet.</summary>
    public static Draft NoteWrongFlows(Draft draft)
    {
        foreach (var name in draft.Effective.Wrong.Flows.Keys)
        {
            if (draft.Record.Plans.TryGetValue(name, out var plan) && !plan.IsWrong)
            {
                draft = draft.Decide(
                    draft.Record.With(name, plan with { WrongSince = draft.Now, WrongUntil = null }),
                    $"flow '{name}' stands still: its spec is wrong"
                );
            }
        }
        return draft;
    }

    /// <summary>What came before is counted by now.</summary>
    private static Draft NoteRightFlows(Draft draft)
    {
        foreach (var (name, plan) in draft.Record.Plans.Where(p => p.Value.IsWrong))
        {
            if (!draft.Effective.StandsStill(name))
            {
                draft = draft.Decide(
                    draft.Record.With(name, plan with { WrongUntil = draft.Now }),
                    $"flow '{name}' goes on"
                );
            }
        }
        return draft;
    }

    /// <summary>The last step of planning: until now the book tells of the plans before this one.</summary>
    public static Draft NotePlan(Draft draft)
    {
        if (!draft.Seen.ConnectorFindings.IsEmpty)
        {
            return draft;
        }
        draft = NoteRightFlows(draft);
        var book = draft.Record.Planning;
        if (book.IsInvalid)
        {
            book = book with { InvalidUntil = draft.Now };
            draft = draft.Decide(draft.Record with { Planning = book }, "the connector has no more problems");
        }
        var plannedAt = book.PlannedAt > draft.Now ? book.PlannedAt : draft.Now;
        return draft.MustCommit
            ? draft with
            {
                Record = draft.Record with { Planning = book with { PlannedAt = plannedAt } },
            }
            : draft;
    }
}
