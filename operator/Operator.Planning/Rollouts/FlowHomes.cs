using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Which revisions run a flow. A flow that came with a candidate is the candidate's own: until that is promoted only its cohort runs
/// the flow, and no other store is due.
/// </summary>
internal static class FlowHomes
{
    /// <summary>Stable runs the flow. Without a stable revision nothing runs.</summary>
    public static bool IsOnStable(ConnectorRecord record, string flow) =>
        record.Stable is not { } stable || stable.FlowParameters.ContainsKey(flow);

    /// <summary>Only the candidate runs the flow, and its runs have not started yet, or don't any more.</summary>
    public static bool AwaitsPilot(ConnectorRecord record, string flow) =>
        !IsOnStable(record, flow) && record.RunningAttempt is { HasStarted: false } or { Refusal: not null };

    /// <summary>The candidate of a running attempt runs the flow.</summary>
    public static bool IsOnCandidate(ConnectorRecord record, string flow) =>
        record.Revisions.Find(record.RunningAttempt?.Revision) is { } candidate
        && candidate.FlowParameters.ContainsKey(flow);

    /// <summary>The stores that are due in the flow, of <paramref name="stores"/>.</summary>
    public static IEnumerable<string> DueOf(Draft draft, string flow, OccasionKind kind, IEnumerable<string> stores)
    {
        if (IsOnStable(draft.Record, flow))
        {
            return stores;
        }
        if (
            kind == OccasionKind.CatchUp
            || draft.Followed.RunningAttempt is not { } attempt
            || !IsOnCandidate(draft.Record, flow)
        )
        {
            return [];
        }
        var cohort = attempt.Order.Take(attempt.Cohort).ToHashSet(StringComparer.Ordinal);
        return stores.Where(cohort.Contains);
    }

    /// <summary>The outcome of a store that is listed and not due when the flow opens.</summary>
    public static StoreOutcome OfOthers(ConnectorRecord record, string flow) =>
        IsOnStable(record, flow) ? StoreOutcome.Suspended : StoreOutcome.NotMeant;
}
