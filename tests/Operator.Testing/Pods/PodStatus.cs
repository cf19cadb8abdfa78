using System.Text;
using System.Text.Json.Nodes;

namespace Operator.Testing;

/// <summary>Writes a pod's status as the scheduler and the kubelet of Kubernetes 1.20 do.</summary>
internal static class PodStatus
{
    public const string Node = "node-1";
    private const int MaxMessageBytes = 4096;

    public static bool HasEnded(StoredObject pod) =>
        pod.Json.Field("status", "phase")?.GetString() is "Succeeded" or "Failed";

    public static void Schedule(JsonObject pod, DateTimeOffset at)
    {
        pod.Section("spec")["nodeName"] = Node;
        Condition(pod, "PodScheduled", isTrue: true, at);
    }

    public static void Unschedulable(JsonObject pod, DateTimeOffset at)
    {
        var condition = Condition(pod, "PodScheduled", isTrue: false, at);
        condition["reason"] = "Unschedulable";
        condition["message"] = "0/1 nodes are available: 1 Insufficient cpu.";
    }

    public static void Accept(JsonObject pod, DateTimeOffset at)
    {
        pod.Section("status")["startTime"] = at.Seconds();
        Condition(pod, "Initialized", isTrue: true, at);
        Condition(pod, "Ready", isTrue: false, at);
        Wait(pod, "ContainerCreating", message: null);
    }

    public static void Wait(JsonObject pod, string reason, string? message)
    {
        var waiting = new JsonObject { ["reason"] = reason };
        if (message is not null)
        {
            waiting["message"] = message;
        }
        Containers(pod, "waiting", waiting, isReady: false);
    }

    public static void Run(JsonObject pod, DateTimeOffset at)
    {
        pod.Section("status")["phase"] = "Running";
        Condition(pod, "Ready", isTrue: true, at);
        Containers(pod, "running", new JsonObject { ["startedAt"] = at.Seconds() }, isReady: true);
    }

    public static void Terminate(JsonObject pod, PodTermination ended)
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

    /// <summary>The kubelet gives up the pod: nothing more is said of its containers than was known, or nothing at all.</summary>
    public static void GiveUp(JsonObject pod, string reason, string message, bool keepsContainers)
    {
        var status = pod.Section("status");
        status["phase"] = "Failed";
        status["reason"] = reason;
        status["message"] = message;
        if (!keepsContainers)
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

    /// <summary>The last bytes, as the kubelet reads them; a character that is cut in two is replaced.</summary>
    private static string Tail(string message)
    {
        var bytes = Encoding.UTF8.GetBytes(message);
        return bytes.Length <= MaxMessageBytes ? message : Encoding.UTF8.GetString(bytes.AsSpan(^MaxMessageBytes..));
    }
}

/// <summary>How a container ended.</summary>
internal sealed record PodTermination(
    int ExitCode,
    string Reason,
    string Message,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt
);
