using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// How much of the time until <c>startBy</c> a pilot may use. When it can't be created, or does not start, its store must still be able
/// to run on stable on the same occasion.
/// </summary>
internal static class PilotTime
{
    /// <summary>To see the end of a pilot, and to plan and create the run on stable.</summary>
    private static readonly TimeSpan ToGoBack = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The last instant at which the pilot may be created. All tries together have the time of the first: after half of the time that is left, or earlier where a request without an
    /// answer could arrive so late that nothing of it is left.
    /// </summary>
    public static DateTimeOffset CreateBy(RunGroup pilot, Observation seen)
    {
        if (pilot.PilotBy is { } by)
        {
            return by;
        }
        var begin = pilot.DueAt > seen.Now ? pilot.DueAt : seen.Now;
        var left = pilot.StartBy - begin;
        var afterArrival = left - seen.Limits.LateArrival - ToGoBack;
        return begin + Shorter(left / 2, afterArrival > left / 4 ? afterArrival : left / 4);
    }

    /// <summary>When a pilot is given up whose container has not started.</summary>
    public static DateTimeOffset StartsBy(Flow flow, Entry pilot, DateTimeOffset createdAt)
    {
        var ofPod = createdAt + Shorter(flow.StartTimeout.Value, flow.StartingDeadline.Value / 2);
        var ofStable = pilot.Deadline - flow.Timeout.Value - flow.StartTimeout.Value;
        var between = pilot.StartBy + ((ofStable - pilot.StartBy) / 2);
        return ofPod < between ? ofPod : between;
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
