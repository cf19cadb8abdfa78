using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Writes the end of a run into its flow's plan.</summary>
internal static class FlowPlans
{
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run)
    {
        var (plan, entry, ending) = (record.Plan(run.Flow), run.Entry, run.Ending);
        var occasion = plan.Occasions.First(o => o.Id == run.Occasion.Id);
        // Only the fold needs the instant of the promise, and the record has many entries.
        var updated = occasion with
        {
            Entries = occasion.Entries.SetItem(entry.Index, entry with { PromisedAt = null }),
        };
        var isClean =
            ending.Result == RunResult.Succeeded
            && entry.NotReached.IsEmpty
            && ending.Reports.All(s => s is null or { Counted: 0, Stop: null });
        return record.With(
            run.Flow,
            plan with
            {
                Occasions = plan.Occasions.Replace(occasion, updated),
                // A candidate's reports never oblige stable.
                HasReported = plan.HasReported || (ending.HasReport && entry.Revision == record.Revisions.StableHash),
                LastSuccess = isClean ? run.At : plan.LastSuccess,
                TypicalRun = Typical(plan.TypicalRun, ending.Took),
            }
        );
    }

    /// <summary>A moving mean: each new run weighs one eighth.</summary>
    private static TimeSpan? Typical(TimeSpan? before, TimeSpan? took) =>
        took is { } now && before is { } mean ? mean + ((now - mean) / 8) : took ?? before;
}
