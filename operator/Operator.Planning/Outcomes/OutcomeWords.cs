using Operator.Planning.Record;

namespace Operator.Planning.Outcomes;

/// <summary>The text of outcomes: a reason for programs, and a sentence with advice for people.</summary>
public static class OutcomeWords
{
    /// <summary>One CamelCase word, part of the API: the reason in status.worstStores and in log lines.</summary>
    public static string ReasonOf(StoreOutcome outcome) =>
        outcome switch
        {
            StoreOutcome.Ok => "Synced",
            StoreOutcome.OkWithoutCounts => "SyncedWithoutCounts",
            StoreOutcome.SomeFailed => "SomeItemsFailed",
            StoreOutcome.TimedOut => "TimedOut",
            _ => outcome.ToString(),
        };

    /// <summary>The cause and what to do.</summary>
    public static string Sentence(StoreOutcome outcome) =>
        RemedyOf(outcome) is { } remedy ? $"{WhyOf(outcome)}; {remedy}" : WhyOf(outcome);

    /// <summary>The cause, as the end of a sentence that begins with the due time.</summary>
    public static string WhyOf(StoreOutcome outcome) =>
        outcome switch
        {
            StoreOutcome.Ok => "all of its items went well",
            StoreOutcome.OkWithoutCounts => "its run ended well; the worker reports no counts",
            StoreOutcome.SomeFailed => "some of its items failed, others went well",
            StoreOutcome.Throttled => "the marketplace throttled every call",
            StoreOutcome.AuthFailed => "it could not authenticate",
            StoreOutcome.PolicyRefused => "the marketplace refused every item for its policies",
            StoreOutcome.ItemsInvalid => "every item was invalid",
            StoreOutcome.UpstreamFailed => "the marketplace, or the seller's own system, failed every item",
            StoreOutcome.TimedOut => "the worker ran out of time for this store",
            StoreOutcome.InternalError => "the worker failed on it",
            StoreOutcome.NoProgress => "the worker said that it has more to do, and did not a single item",
            StoreOutcome.NotReached => "its run ended before it reached this store",
            StoreOutcome.BrokenOff => "the cluster did not run its pod, or stopped it",
            StoreOutcome.NeverStarted =>
                "its pod could not start: the image could not be pulled, or the container could not be configured or started",
            StoreOutcome.NeverSeen => "its pod was planned but never seen",
            StoreOutcome.MissedByDowntime => "nobody planned it in time: the operator was down",
            StoreOutcome.MissedByCapacity => "maxConcurrentRuns left no place for it in time",
            StoreOutcome.MissedByConcurrency => "its run of an earlier due time was still live",
            StoreOutcome.MissedByQuota => "the marketplace's quota left no calls for it in time",
            StoreOutcome.MissedByAuth => "its runs paused, because it had failed to authenticate",
            StoreOutcome.MissedByIsolation =>
                "it runs in a small group after a failure, and such groups, a quarter of maxConcurrentRuns, left no place for it in time",
            StoreOutcome.MissedByInvalidSpec =>
                "the spec of the connector, the flow or the store was wrong, so no run could start",
            StoreOutcome.MissedByNode =>
                "its earlier run, or the runs in its place, were on a node that was lost or switched off",
            StoreOutcome.MissedByInfra => "it got no run in time, because the runs that it waited for never started",
            StoreOutcome.MissedByUnknownCause => "no run started in time, and the record does not show why",
            StoreOutcome.Suspended => "it was suspended",
            StoreOutcome.NotMeant => "the run was requested for other stores only",
            StoreOutcome.NotListed => "the store was not listed",
            _ => "a newer version of the operator wrote an outcome that this version does not know",
        };

    /// <summary>The cause on an occasion of this kind: nobody requests a due time of the schedule.</summary>
    public static string WhyOf(StoreOutcome outcome, OccasionKind kind) =>
        outcome == StoreOutcome.NotMeant && kind is OccasionKind.Slot or OccasionKind.Skipped
            ? "the flow came with new content, and only the rollout's stores run it until that is promoted"
            : WhyOf(outcome);

    /// <summary>The kind of an occasion that does not come from the schedule; empty for a slot.</summary>
    public static string BesideSchedule(OccasionKind kind) =>
        kind switch
        {
            OccasionKind.RunNow => " (RunNow)",
            OccasionKind.CatchUp => " (catch-up after a rollback)",
            _ => "",
        };

    /// <summary>What to do; null: nothing.</summary>
    public static string? RemedyOf(StoreOutcome outcome) =>
        outcome switch
        {
            StoreOutcome.SomeFailed or StoreOutcome.ItemsInvalid or StoreOutcome.PolicyRefused =>
                "see the worker's log for the items",
            StoreOutcome.Throttled => "give the flow's uses, so that runs keep within the quota, or run it more rarely",
            StoreOutcome.AuthFailed or StoreOutcome.MissedByAuth => "check the store's Secret and its keys",
            StoreOutcome.UpstreamFailed => "see the worker's log, and the marketplace's status page",
            StoreOutcome.TimedOut =>
                "raise the flow's timeout, or lower maxStoresPerRun where a run has several stores",
            StoreOutcome.InternalError or StoreOutcome.NotReached =>
                "see the worker's log and the conditions RunsFailing and StoresFailing",
            StoreOutcome.NoProgress => "see the worker's log and the condition StoresFailing",
            StoreOutcome.BrokenOff => "see the condition RunsFailing and the namespace's events",
            StoreOutcome.NeverStarted =>
                "correct spec.sync.image, spec.sync.command, the registry's credentials or what spec.sync.env names",
            StoreOutcome.NeverSeen or StoreOutcome.MissedByDowntime => "see whether the operator runs, and its log",
            StoreOutcome.MissedByCapacity => "raise maxConcurrentRuns or maxStoresPerRun; see the condition Ready",
            StoreOutcome.MissedByIsolation =>
                "raise maxConcurrentRuns; see the condition RunsFailing and the worker's log",
            StoreOutcome.MissedByInvalidSpec => "see the conditions Ready and StoreListBroken",
            StoreOutcome.MissedByNode => "see the cluster's nodes",
            StoreOutcome.MissedByInfra => "see the conditions Ready and RunsFailing, and the namespace's events",
            StoreOutcome.MissedByUnknownCause => "see the operator's log",
            StoreOutcome.MissedByConcurrency =>
                "lower the flow's timeout, or maxStoresPerRun where a run has several stores, or run it more rarely",
            StoreOutcome.MissedByQuota =>
                "run the flow more rarely, or set spec.quotas if your account was granted more",
            _ => null,
        };
}
