using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Operator.Testing;

/// <summary>Writes a pod's status as the scheduler and the kubelet of Kubernetes 1.20 do.</summary>
public static class PodStatus
{
    internal const string Node = "node-1";
    internal const string NoNode = "0/1 nodes are available: 1 Insufficient cpu.";
    private const int MaxMessageBytes = 4096;

    internal static bool HasEnded(StoredObject pod) =>
        pod.Json.Field("status", "phase")?.GetString() is "Succeeded" or "Failed";

    internal static void Schedule(JsonObject pod, DateTimeOffset at)
    {
        pod.Section("spec")["nodeName"] = Node;
        Condition(pod, "PodScheduled", isTrue: true, at);
    }

    internal static void Accept(JsonObject pod, DateTimeOffset at)
    {
        pod.Section("status")["startTime"] = at.Seconds();
        Condition(pod, "Initialized", isTrue: true, at);
        Condition(pod, "Ready", isTrue: false, at);
        Write(pod, PodLife.Creating, at);
    }

    /// <summary>Writes the state to the pod's status, with the given time.</summary>
    public static void Write(JsonObject pod, PodState state, DateTimeOffset at)
    {
        switch (state)
        {
            case PodState.Unschedulable:
                Unschedulable(pod, at);
                break;
            case PodState.Waiting waiting:
                Wait(pod, waiting);
                break;
            case PodState.Running(var startedAt):
                Run(pod, startedAt);
                break;
            case PodState.Terminated ended:
                Terminate(pod, ended);
                break;
            case PodState.GivenUp given:
                GiveUp(pod, given);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void Unschedulable(JsonObject pod, DateTimeOffset at)
    {
        var condition = Condition(pod, "PodScheduled", isTrue: false, at);
        condition["reason"] = "Unschedulable";
        condition["message"] = NoNode;
    }

    private static void Wait(JsonObject pod, PodState.Waiting state)
    {
        var waiting = new JsonObject { ["reason"] = state.Reason };
        if (state.Message is not null)
        {
            waiting["message"] = state.Message;
        }
        Containers(pod, "waiting", waiting, isReady: false);
    }

    private static void Run(JsonObject pod, DateTimeOffset startedAt)
    {
        pod.Section("status")["phase"] = "Running";
        Condition(pod, "Ready", isTrue: true, startedAt);
        Containers(pod, "running", new JsonObject { ["startedAt"] = startedAt.Seconds() }, isReady: true);
    }

    private static void Terminate(JsonObject pod, PodState.Terminated ended)
    {
        pod.Section("status")["phase"] = ended.ExitCode == 0 ? "Succeeded" : "Failed";
        Condition(pod, "Ready", isTrue: false, ended.FinishedAt);
        var terminated = new JsonObject
        {
            ["exitCode"] = ended.ExitCode,
            ["reason"] = ended.Reason,
            ["startedAt"] = ended.StartedAt.Seconds(),
            ["finishedAt"] = ended.FinishedAt.Seconds(),
        };
        if (ended.Message.Length > 0)
        {
            terminated["message"] = Tail(ended.Message);
        }
        Containers(pod, "terminated", terminated, isReady: false);
    }

    private static void GiveUp(JsonObject pod, PodState.GivenUp given)
    {
        var status = pod.Section("status");
        status["phase"] = "Failed";
        status["reason"] = given.Reason;
        status["message"] = given.Message;
        if (!given.KeepsContainers)
        {
            status.Remove("containerStatuses");
        }
    }

    private static void Containers(JsonObject pod, string state, JsonObject detail, bool isReady)
    {
        var containers = new JsonArray();
        foreach (var container in pod["spec"]?["containers"]?.AsArray() ?? [])
        {
            containers.Add(
                new JsonObject
                {
                    ["name"] = container.Text("name"),
                    ["image"] = container.Text("image"),
                    ["imageID"] = "",
                    ["ready"] = isReady,
                    ["started"] = isReady,
                    ["restartCount"] = 0,
                    ["lastState"] = new JsonObject(),
                    ["state"] = new JsonObject { [state] = detail.DeepClone() },
                }
            );
        }
        pod.Section("status")["containerStatuses"] = containers;
    }

    private static JsonObject Condition(JsonObject pod, string type, bool isTrue, DateTimeOffset at)
    {
        var status = pod.Section("status");
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }
        if (conditions.FirstOrDefault(c => c.Text("type") == type) is { } old)
        {
            conditions.Remove(old);
        }
        var condition = new JsonObject
        {
            ["type"] = type,
            ["status"] = isTrue ? "True" : "False",
            ["lastTransitionTime"] = at.Seconds(),
        };
        conditions.Add(condition);
        return condition;
    }

    /// <summary>The last bytes of the message, as the kubelet keeps them. A character cut in the middle is replaced.</summary>
    private static string Tail(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        return bytes.Length <= MaxMessageBytes ? message : Encoding.UTF8.GetString(bytes.AsSpan(^MaxMessageBytes..));
    }
}
