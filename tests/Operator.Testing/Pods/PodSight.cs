using System.Diagnostics;
using Operator.Planning.Facts;

namespace Operator.Testing;

/// <summary>Shows a state to planning, as the operator reads it from a pod's status.</summary>
public static class PodSight
{
    public static ObservedPod Show(this ObservedPod pod, PodState state) =>
        state switch
        {
            PodState.Unschedulable => pod with { Phase = PodPhase.Pending, UnscheduledBecause = PodStatus.NoNode },
            PodState.Waiting(var reason, var message) => pod with
            {
                Phase = PodPhase.Pending,
                Container = new ContainerSight.Waiting(reason, message ?? ""),
            },
            PodState.Running(var startedAt) => pod with
            {
                Phase = PodPhase.Running,
                Container = new ContainerSight.Running(startedAt),
            },
            PodState.Terminated ended => pod with
            {
                Phase = ended.ExitCode == 0 ? PodPhase.Succeeded : PodPhase.Failed,
                Container = Sight(ended),
            },
            PodState.GivenUp given => pod with
            {
                Phase = PodPhase.Failed,
                Reason = given.Reason,
                Message = given.Message,
                Container = given.KeepsContainers ? pod.Container : new ContainerSight.Waiting("", ""),
            },
            _ => throw new UnreachableException(),
        };

    private static ContainerSight.Terminated Sight(PodState.Terminated ended) =>
        new(ended.ExitCode, ended.Reason, ended.Message, ended.StartedAt, ended.FinishedAt);
}
