using Operator.Api;

namespace Operator.Planning.Facts;

/// <summary>
/// How long a stray can run. It has no entry with a deadline, so its own deadline counts. A stray whose node is lost never ends for
/// the cluster, and must not hold its stores for ever.
/// </summary>
internal static class StrayPods
{
    /// <summary>More than any flow allows: <c>startTimeout</c>, <c>timeout</c> and the pod's grace period.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(26);

    /// <summary>Time to end after the deadline, when the pod itself does not tell its deadline.</summary>
    private static readonly TimeSpan Backstop = TimeSpan.FromSeconds(90);

    /// <summary>The stray has ended, or can't run any more.</summary>
    public static bool IsOver(ObservedPod stray, Observation seen) =>
        PodIndex.HasEnded(stray) || seen.Now > LastInstant(stray, seen);

    /// <summary>From when on the stray counts as ended, whatever the cluster tells.</summary>
    public static DateTimeOffset LastInstant(ObservedPod stray, Observation seen)
    {
        var own = stray.ActiveDeadline ?? AsListed(stray, seen.Connector.Spec);
        return stray.CreatedAt + (own < Longest ? own : Longest) + seen.Limits.LateArrival;
    }

    private static TimeSpan AsListed(ObservedPod stray, ConnectorSpec spec) =>
        spec.FindFlow(stray.Fingerprint?.Flow ?? "") is { } flow
        && flow.StartTimeout.TryGet(out var start)
        && flow.Timeout.TryGet(out var run)
            ? start + run + Backstop
            : Longest;
}
