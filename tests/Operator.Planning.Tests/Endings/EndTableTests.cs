using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Endings;

/// <summary>
/// How a run ended: container, report, pod, what the cluster did, and what the operator had decided. The pod has 10 stores, was created at
/// 12:00:00, and is seen at 12:02:00; the flow's timeout is 60 s.
/// </summary>
public sealed class EndTableTests
{
    private const string Table = """
        container              | report | pod                     | the cluster                   | we gave up   | ending
        # The worker ended by itself: its exit code and its report count.
        20s 0 Completed        | 10     | Succeeded               |                               |              | Succeeded Completed
        20s 0 Completed        | 8      | Succeeded               |                               |              | Succeeded Completed
        20s 0 Completed        | none   | Succeeded               |                               |              | Succeeded Completed
        20s 0 Completed        | none   | Succeeded               | has reported before           |              | Failed ReportMissing
        20s 0 Completed        | broken | Succeeded               |                               |              | Failed ReportUnreadable
        20s 0 Completed        | cut    | Succeeded               |                               |              | Failed ReportCut
        20s 0 OOMKilled        | 10     | Succeeded               |                               |              | Succeeded Completed
        20s 0 OOMKilled        | 3      | Succeeded               |                               |              | Succeeded Completed
        20s 0 OOMKilled        | none   | Succeeded               |                               |              | Failed ReportMissing
        20s 0 OOMKilled        | none   | Succeeded               | EvictionByEvictionAPI         |              | Infra Evicted
        20s 1 Error            | 3      | Failed                  |                               |              | Failed ExitCode
        20s 137 OOMKilled      | 3      | Failed                  |                               |              | Failed OOMKilled
        20s 143 OOMKilled      | 3      | Failed                  |                               |              | Failed ExitCode
        20s 137 Error          | 3      | Failed                  |                               |              | Failed ExitCode
        20s 255 Error          | 3      | Failed                  |                               |              | Failed ExitCode
        # The cluster says that it ended it. The exit code does not matter, only whether all stores were reported.
        20s 143 Error          | 3      | Failed                  | EvictionByEvictionAPI         |              | Infra Evicted
        20s 0 Completed        | 3      | Succeeded               | EvictionByEvictionAPI         |              | Infra Evicted
        20s 0 Completed        | none   | Succeeded               | EvictionByEvictionAPI         |              | Infra Evicted
        20s 0 Completed        | 10     | Succeeded               | EvictionByEvictionAPI         |              | Succeeded Completed
        20s 0 Completed        | 3      | Succeeded               | EvictionByEvictionAPI at 40s  |              | Succeeded Completed
        20s 0 Completed        | 3      | Succeeded               | EvictionByEvictionAPI at 22s  |              | Infra Evicted
        20s 143 OOMKilled      | 3      | Failed                  | EvictionByEvictionAPI         |              | Infra Evicted
        20s 137 OOMKilled      | 3      | Failed                  | EvictionByEvictionAPI         |              | Infra Evicted
        20s 1 Error            | 3      | Failed                  | PreemptionByScheduler         |              | Infra Preempted
        20s 0 Completed        | 3      | Succeeded               | PreemptionByScheduler         |              | Infra Preempted
        20s 137 Error          | 3      | Failed                  | SomethingNew                  |              | Infra Evicted
        20s 0 Completed        | 3      | Succeeded Terminated    |                               |              | Infra NodeShutdown
        20s 143 Error          | 3      | Failed Shutdown         |                               |              | Infra NodeShutdown
        20s 137 Error          | none   | Failed Preempting       |                               |              | Infra Preempted
        running 20s            | none   | Failed                  | DeletionByPodGC, gone         |              | Infra NodeLost
        running 20s            | none   | Running                 | DeletionByTaintManager, late  |              | Infra NodeLost
        # Deleted by others.
        20s 143 Error          | 3      | Running                 | deleted                       |              | Infra Deleted
        20s 0 Completed        | 3      | Succeeded               | deleted                       |              | Infra Deleted
        20s 0 Completed        | none   | Succeeded               | deleted                       |              | Infra Deleted
        20s 0 Completed        | 10     | Succeeded               | deleted                       |              | Succeeded Completed
        20s 0 Completed        | 8      | Succeeded               | deleted at 40s                |              | Succeeded Completed
        20s 1 Error            | 3      | Failed                  | deleted at 40s                |              | Infra Deleted
        20s 0 Completed        | 8      | Succeeded               | gone                          |              | Succeeded Completed
        20s 137 Error          | 3      | Failed                  | gone                          |              | Infra Deleted
        running 20s            | none   | Running                 | deleted, gone                 |              | Infra Deleted
        waiting ContainerCreating | none | Pending                | gone                          |              | Infra Deleted
        waiting ContainerCreating | none | Failed                 | deleted                       |              | Infra Deleted
        # The node or its kubelet lost the container.
        lost 137 ContainerStatusUnknown | none | Failed           |                               |              | Infra NodeLost
        lost 137 ContainerStatusUnknown | none | Failed           | deleted                       |              | Infra Deleted
        lost 137 ContainerStatusUnknown | none | Failed           |                               | Timeout      | Infra NodeLost
        lost 137 ContainerStatusUnknown | none | Failed           | deleted                       | TakenBack    | Infra TakenBack
        20s 255 Unknown        | 3      | Failed                  |                               |              | Infra NodeLost
        running 20s            | none   | Running                 | late                          |              | Infra NodeLost
        running 20s            | none   | Running                 | deleted, late                 |              | Infra NodeLost
        # Evictions: the kubelet's message tells a full node from a version that overfills its own disk.
        20s 137 Error          | 3      | Failed Evicted          | The node was low on resource: memory. | | Infra Evicted
        20s 137 Error          | 3      | Failed Evicted          | Usage of EmptyDir volume "scratch" exceeds the limit "64Mi". | | Failed DiskLimitExceeded
        waiting                | none   | Failed Evicted          | Usage of EmptyDir volume "scratch" exceeds the limit "64Mi". | | Failed DiskLimitExceeded
        20s 137 Error          | 3      | Failed Evicted          | Container sync exceeded its local ephemeral storage limit "64Mi". | | Failed DiskLimitExceeded
        20s 137 Error          | 3      | Failed Evicted          | Pod ephemeral local storage usage exceeds the total limit of containers 64Mi. | | Failed DiskLimitExceeded
        20s 137 Error          | cut    | Failed Evicted          | Pod ephemeral local storage usage exceeds the total limit of containers 64Mi. | | Infra Evicted
        20s 137 Error          | 3      | Failed Evicted          | Container istio-proxy exceeded its local ephemeral storage limit "64Mi". | | Infra Evicted
        20s 137 Error          | 3      | Failed Evicted          | Usage of EmptyDir volume "envoy" exceeds the limit "64Mi". | | Infra Evicted
        20s 137 Error          | 3      | Failed Evicted          | TerminationByKubelet, Container sync exceeded its local ephemeral storage limit "64Mi". | | Infra Evicted
        waiting ContainerCreating | none | Failed Evicted         | Usage of EmptyDir volume "scratch" exceeds the limit "64Mi". | | Infra Evicted
        # A kubelet rejects the pod, or an init container that others injected fails: no container ever ran.
        waiting                | none   | Failed OutOfcpu         |                               |              | Infra OutOfcpu
        waiting                | none   | Failed NodeAffinity     |                               |              | Infra NodeAffinity
        waiting                | none   | Failed UnexpectedAdmissionError |                       |              | Infra UnexpectedAdmissionError
        waiting                | none   | Failed Evicted          |                               |              | Infra Evicted
        waiting                | none   | Failed NodeShutdown     |                               |              | Infra NodeShutdown
        waiting                | none   | Failed NodeLost         |                               |              | Infra NodeLost
        waiting                | none   | Failed StartError       |                               |              | Infra PodRejected
        waiting                | none   | Failed no word at all   |                               |              | Infra PodRejected
        waiting PodInitializing | none  | Failed                  | istio-init failed             |              | Infra InitContainerFailed
        waiting PodInitializing | none  | Failed                  |                               |              | Infra InitContainerFailed
        waiting                | none   | Failed                  |                               |              | Infra PodFailed
        # A kubelet tells an end at or after the timeout, by its own two instants.
        60s 143 Error          | 3      | Running                 | deleted                       | Timeout      | Failed Timeout
        61s 0 Completed        | 10     | Succeeded               | deleted                       | Timeout      | Failed Timeout
        61s 0 Completed        | 10     | Succeeded               |                               |              | Failed Timeout
        57s 143 Error          | 3      | Running                 | deleted                       | Timeout      | Failed Timeout
        58s 0 Completed        | 10     | Succeeded               | deleted                       | Timeout      | Succeeded Completed
        58s 0 Completed        | none   | Succeeded               | deleted                       | Timeout      | Succeeded Completed
        58s 1 Error            | 3      | Failed                  | deleted                       | Timeout      | Failed ExitCode
        58s 137 OOMKilled      | 3      | Failed                  | deleted                       | Timeout      | Failed OOMKilled
        20s 143 Error          | 3      | Failed                  | deleted                       | Timeout      | Infra GivenUp
        70s 143 Error          | 3      | Failed                  | EvictionByEvictionAPI         | Timeout      | Infra Evicted
        running 30s            | none   | Failed                  | DeletionByPodGC, gone         | Timeout      | Infra NodeLost
        running 30s            | none   | Running                 | deleted, gone                 | Timeout      | Infra NodeLost
        # The kubelet ends a pod by its own deadline, which counts from before the image pull.
        20s 137 Error          | 3      | Failed DeadlineExceeded |                               |              | Failed Timeout
        20s 0 Completed        | 10     | Failed DeadlineExceeded |                               |              | Failed Timeout
        running 20s            | none   | Failed DeadlineExceeded |                               |              | live
        running 20s            | none   | Failed DeadlineExceeded | late                          |              | Failed Timeout
        running 20s            | none   | Failed DeadlineExceeded | gone                          |              | Failed Timeout
        waiting ImagePullBackOff | none | Failed DeadlineExceeded |                               |              | NotStarted ImageUnavailable
        waiting ContainerCreating | none | Failed DeadlineExceeded |                              |              | Infra NotStarted
        # The container never started.
        1970 128 StartError    | words  | Failed                  |                               |              | NotStarted StartError
        1970 127 ContainerCannotRun | words | Failed              |                               |              | NotStarted StartError
        1970 128 Error         | words  | Failed                  |                               |              | NotStarted StartError
        1970 128 StartError    | words  | Failed                  | EvictionByEvictionAPI         |              | Infra Evicted
        1970 0 Completed       | 10     | Succeeded               |                               |              | Succeeded Completed
        waiting ImagePullBackOff | none | Pending                 | deleted, gone                 | StartTimeout ImageUnavailable   | NotStarted ImageUnavailable
        waiting ImagePullBackOff | none | Pending                 | deleted, gone, has run before | StartTimeout ImageUnavailable   | Infra ImageUnavailable
        waiting CreateContainerError | none | Pending             | deleted, gone                 | StartTimeout ContainerCannotRun | NotStarted ContainerCannotRun
        waiting ContainerCreating | none | Pending                | deleted, gone                 | StartTimeout NotStarted         | Infra NotStarted
        # The kubelet says why only after we stopped it; its last state may say nothing any more.
        waiting ErrImagePull   | none   | Pending                 | deleted, gone                 | StartTimeout NotStarted         | NotStarted ImageUnavailable
        waiting ErrImagePull   | none   | Pending                 | deleted, gone, has run before | StartTimeout NotStarted         | Infra ImageUnavailable
        lost 137 ContainerStatusUnknown | none | Failed           | deleted, gone                 | StartTimeout NotStarted         | Infra NotStarted
        lost 137 ContainerStatusUnknown | none | Failed           | deleted, gone                 | StartTimeout ImageUnavailable   | NotStarted ImageUnavailable
        # It started as we gave it up.
        1s 143 Error           | none   | Failed                  | deleted, gone                 | StartTimeout NotStarted         | Infra GivenUp
        1s 0 Completed         | 3      | Succeeded               | deleted, gone                 | StartTimeout NotStarted         | Infra GivenUp
        1s 0 Completed         | 10     | Succeeded               | deleted, gone                 | StartTimeout NotStarted         | Succeeded Completed
        running 1s             | none   | Running                 | deleted, gone                 | StartTimeout NotStarted         | Infra GivenUp
        # Live: a kubelet before 1.24 calls a pod Failed as it begins to end its container.
        running 20s            | none   | Running                 |                               |              | live
        running 20s            | none   | Failed Evicted          |                               |              | live
        running 20s            | none   | Failed Evicted          | late                          |              | Infra Evicted
        waiting ContainerCreating | none | Pending                |                               |              | live
        """;

    public static TheoryData<string> Rows =>
        [.. Table.Split('\n').Skip(1).Select(r => r.Trim()).Where(r => r.Length > 0 && r[0] != '#')];

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_end_of_a_run_is_judged_by_its_cause_first(string row) =>
        Assert.Equal(row.Split('|')[^1].Trim(), EndRow.Read(row).Ending is { } e ? $"{e.Result} {e.Reason}" : "live");

    /// <summary>Every combination of what the rows name, also of those that no cluster makes.</summary>
    [Fact]
    public void No_combination_convicts_a_version_for_what_the_cluster_did()
    {
        var cells = Table.Split('\n').Skip(1).Where(r => r.Contains('|')).Select(r => r.Split('|')).ToList();
        ImmutableArray<string> Of(int column) => [.. cells.Select(c => c[column].Trim()).Distinct()];
        var rows =
            from container in Of(0)
            from report in Of(1)
            from pod in Of(2)
            from cluster in Of(3)
            from mark in Of(4)
            select EndRow.Read($"{container}|{report}|{pod}|{cluster}|{mark}|");

        foreach (var row in rows)
        {
            if (row.Ending is { } ending)
            {
                Check(row, ending);
            }
        }
    }

    private static void Check(EndRow row, RunEnding ending)
    {
        var (pod, isFailed) = (row.Pod, ending.Result == RunResult.Failed);
        var end = pod.Container as ContainerSight.Terminated;
        var isWhole = ending.Reports.All(r => r is not null);
        var isBrokenOff = pod.Disruption is not null || (row.Entry.Stop is null && pod.IsDeleting);
        var wasBefore = end is { ExitCode: 0 } && end.FinishedAt.AddSeconds(5) < pod.EndAskedAt;
        var isByDeadline = pod.Reason == "DeadlineExceeded";
        var because = $"{row.Text} is {ending.Result} {ending.Reason}";

        Assert.False(isFailed && pod.Disruption is not null && !isWhole && !wasBefore && !isByDeadline, because);
        Assert.False(isFailed && end is null && !isByDeadline && pod.Reason != "Evicted", because);
        Assert.False(isFailed && end is { IsLost: true } && !isByDeadline && pod.Reason != "Evicted", because);
        Assert.False(
            ending.Reason == Reasons.TimedOut && !isByDeadline && !(ending.Ran >= TimeSpan.FromSeconds(55)),
            because
        );
        Assert.False(ending.Reason == Reasons.Deleted && row.Entry.Stop is not null, because);
        // What a broken-off run did not reach is owed.
        var isOwed = ending.Result is not (RunResult.Succeeded or RunResult.Failed);
        Assert.False(isBrokenOff && !isWhole && !wasBefore && !isFailed && !isOwed, because);
        Assert.False(ending.NeverStarted && ending.HasStarted, because);
    }
}
