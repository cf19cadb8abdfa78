using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Operator.Testing;

/// <summary>
/// Writes a pod's status as the scheduler and the kubelet of Kubernetes 1.20 do. A state is that of the worker: the container
/// <c>sync</c>, else the first. Other containers are sidecars: they start with the worker and run until the pod is deleted; an
/// init container with <c>restartPolicy: Always</c> ends with the worker, as on Kubernetes 1.29.
/// </summary>
public static class PodStatus
{
    private const string Worker = "sync";
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
        pod.Section("status")["phase"] =
            HasLiveSidecar(pod) ? "Running"
            : ended.ExitCode == 0 ? "Succeeded"
            : "Failed";
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
            status.Remove("initContainerStatuses");
        }
    }

    /// <summary>The container whose states a <see cref="PodState"/> tells.</summary>
    internal static JsonNode? WorkerOf(JsonNode? spec)
    {
        var containers = spec?["containers"]?.AsArray() ?? [];
        return containers.FirstOrDefault(IsWorker) ?? containers.FirstOrDefault();
    }

    private static bool IsWorker(JsonNode? container) => container.Text("name") == Worker;

    /// <summary>After the worker's end, a sidecar lives on until the pod is deleted.</summary>
    private static bool HasLiveSidecar(JsonObject pod) =>
        pod["spec"]?["containers"]?.AsArray().Count > 1 && pod["metadata"]?["deletionTimestamp"] is null;

    private static void Containers(JsonObject pod, string state, JsonObject detail, bool isReady)
    {
        var worker = WorkerOf(pod["spec"]);
        var sidecars =
            state == "terminated" && HasLiveSidecar(pod)
                ? new JsonObject { ["running"] = new JsonObject { ["startedAt"] = detail["startedAt"]?.DeepClone() } }
                : new JsonObject { [state] = Sidecar(detail) };
        var containers = new JsonArray();
        foreach (var container in pod["spec"]?["containers"]?.AsArray() ?? [])
        {
            var own = container == worker ? new JsonObject { [state] = detail.DeepClone() } : sidecars.DeepClone();
            containers.Add(Status(container, own, isReady));
        }
        pod.Section("status")["containerStatuses"] = containers;
        var native = pod["spec"]?["initContainers"]?.AsArray().Where(c => c.Text("restartPolicy") == "Always").ToList();
        if (native is { Count: > 0 })
        {
            pod.Section("status")["initContainerStatuses"] = new JsonArray([
                .. native.Select(c => Status(c, new JsonObject { [state] = Sidecar(detail) }, isReady)),
            ]);
        }
    }

    /// <summary>The worker's state without its exit code and termination log.</summary>
    private static JsonObject Sidecar(JsonObject detail)
    {
        var own = detail.DeepClone().AsObject();
        own.Remove("message");
        if (own["exitCode"] is not null)
        {
            own["exitCode"] = 0;
            own["reason"] = "Completed";
        }
        return own;
    }

    private static JsonObject Status(JsonNode? container, JsonNode state, bool isReady) =>
        new JsonObject
        {
            ["name"] = container.Text("name"),
            ["image"] = container.Text("image"),
            ["imageID"] = "",
            ["ready"] = isReady,
            ["started"] = isReady,
            ["restartCount"] = 0,
            ["lastState"] = new JsonObject(),
            ["state"] = state,
        };

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
