using System.Globalization;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>A cached pod: the fields that planning needs, and its connector.</summary>
internal sealed record CachedPod(string ConnectorName, ObservedPod Pod);

/// <summary>Reads a pod. Its container <c>sync</c> is the run; webhooks may have added others, before it or after it.</summary>
internal static class PodProjection
{
    /// <summary>The most of a failed pod's message that is kept.</summary>
    private const int MostWords = 300;

    public static CachedPod Of(KubeObject pod)
    {
        var status = pod.Json.TryGetProperty("status", out var value) ? value : default;
        var container = ContainerOf(status);
        var observed = new ObservedPod
        {
            Name = pod.Name,
            Uid = pod.Uid,
            CreatedAt = pod.CreationTimestamp ?? DateTimeOffset.UnixEpoch,
            IsDeleting = pod.DeletionTimestamp is not null,
            Finalizers = FinalizersOf(pod),
            Fingerprint = FingerprintOf(pod),
            OwnerUid = OwnerUidOf(pod),
            Counter = long.TryParse(
                pod.Annotation(PodMarks.Counter),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var counter
            )
                ? counter
                : 0,
            ActiveDeadline = ActiveDeadlineOf(pod),
            Phase = Enum.TryParse<PodPhase>(Text(status, "phase"), out var phase) ? phase : PodPhase.Unknown,
            Reason = Text(status, "reason"),
            Message = phase == PodPhase.Failed ? MessageOf(status) : null,
            Disruption = ConditionOf(status, "DisruptionTarget", "True") is { } disruption
                ? Text(disruption, "reason") ?? ""
                : null,
            EndAskedAt = EndAskedAt(pod, status),
            AcceptedAt = TimeOf(status, "startTime"),
            Containers = CountOf(pod, "containers", "initContainers", "ephemeralContainers"),
            UnscheduledBecause = ConditionOf(status, "PodScheduled", "False") is { } unscheduled
                ? Text(unscheduled, "message") ?? Text(unscheduled, "reason")
                : null,
            ImageId = ImageIdOf(status),
            Container = container,
            Init = container is ContainerSight.Waiting ? InitOf(pod, status) : null,
            HasLiveSidecar = Containers(status).Any(IsLiveSidecar),
            HasOnlyNativeSidecars = !Items(status, "containerStatuses").Any(IsLiveSidecar),
        };
        return new CachedPod(pod.Annotation(PodMarks.ConnectorName) ?? "", observed);
    }

    /// <summary>Null: the pod has our label but no readable fingerprint, so it is not our pod.</summary>
    private static Fingerprint? FingerprintOf(KubeObject pod)
    {
        try
        {
            return pod.Annotation(PodMarks.Fingerprint) is { } json
                ? JsonSerializer.Deserialize(json, RunJson.Default.Fingerprint)
                : null;
        }
        catch (Exception e) when (ForeignJson.IsUnreadable(e))
        {
            return null;
        }
    }

    private static string? OwnerUidOf(KubeObject pod)
    {
        var metadata = pod.Json.TryGetProperty("metadata", out var value) ? value : default;
        foreach (var owner in Items(metadata, "ownerReferences"))
        {
            var isOfGroup =
                Text(owner, "apiVersion")?.StartsWith($"{ApiGroup.Name}/", StringComparison.Ordinal) == true;
            if (isOfGroup && Is(owner, "kind", ApiGroup.ConnectorKind))
            {
                return Text(owner, "uid");
            }
        }
        return null;
    }

    /// <summary>In their order, separated by a space, which no name has; null: none.</summary>
    private static string? FinalizersOf(KubeObject pod)
    {
        var metadata = pod.Json.TryGetProperty("metadata", out var value) ? value : default;
        var names = Items(metadata, "finalizers").Where(f => f.ValueKind == JsonValueKind.String);
        return string.Join(' ', names.Select(f => f.GetString())) is { Length: > 0 } all ? all : null;
    }

    private static TimeSpan? ActiveDeadlineOf(KubeObject pod) =>
        pod.Json.TryGetProperty("spec", out var spec)
        && spec.TryGetProperty("activeDeadlineSeconds", out var deadline)
        && deadline.ValueKind == JsonValueKind.Number
        && deadline.TryGetInt32(out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    /// <summary>The beginning, because a container runtime may have written the rest.</summary>
    private static string? MessageOf(JsonElement status) =>
        Text(status, "message") is { Length: > 0 } words ? words[..Math.Min(words.Length, MostWords)] : null;

    /// <summary>
    /// The first init container that keeps the worker from starting. A native sidecar does so until it has started; it ends with the pod, with
    /// any exit code.
    /// </summary>
    private static InitSight? InitOf(KubeObject pod, JsonElement status)
    {
        foreach (var init in Items(status, "initContainerStatuses"))
        {
            if (!init.TryGetProperty("state", out var state) || StateOf(state) is not { } sight)
            {
                continue;
            }
            var isDone =
                (sight is ContainerSight.Terminated ended && (ended.ExitCode == 0 || IsNativeSidecar(pod, init)))
                || (init.TryGetProperty("started", out var started) && started.ValueKind == JsonValueKind.True);
            if (!isDone)
            {
                return new InitSight(Text(init, "name") ?? "", sight);
            }
        }
        return null;
    }

    private static JsonElement? ConditionOf(JsonElement status, string type, string value)
    {
        foreach (var condition in Items(status, "conditions"))
        {
            if (Is(condition, "type", type) && Is(condition, "status", value))
            {
                return condition;
            }
        }
        return null;
    }

    /// <summary>When the end of the pod was first asked for. The deletion's instant is the end of its grace period.</summary>
    private static DateTimeOffset? EndAskedAt(KubeObject pod, JsonElement status)
    {
        var disruptedAt = ConditionOf(status, "DisruptionTarget", "True") is { } disruption
            ? TimeOf(disruption, "lastTransitionTime")
            : null;
        var deletedAt = pod.DeletionTimestamp - GraceOf(pod);
        return disruptedAt > deletedAt ? deletedAt : disruptedAt ?? deletedAt;
    }

    private static TimeSpan GraceOf(KubeObject pod) =>
        pod.Json.TryGetProperty("metadata", out var metadata)
        && metadata.TryGetProperty("deletionGracePeriodSeconds", out var grace)
        && grace.ValueKind == JsonValueKind.Number
        && grace.TryGetInt32(out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : TimeSpan.Zero;

    private static bool IsNativeSidecar(KubeObject pod, JsonElement init) =>
        pod.Json.TryGetProperty("spec", out var spec)
        && Items(spec, "initContainers")
            .Any(c => Is(c, "restartPolicy", "Always") && Text(c, "name") == Text(init, "name"));

    private static int CountOf(KubeObject pod, params ReadOnlySpan<string> lists)
    {
        if (!pod.Json.TryGetProperty("spec", out var spec))
        {
            return 0;
        }
        var count = 0;
        foreach (var list in lists)
        {
            count += Items(spec, list).Count();
        }
        return count;
    }

    private static string? ImageIdOf(JsonElement status)
    {
        foreach (var container in Items(status, "containerStatuses").Where(IsSync))
        {
            if (Text(container, "imageID") is { Length: > 0 } id)
            {
                return id;
            }
        }
        return null;
    }

    private static ContainerSight ContainerOf(JsonElement status)
    {
        foreach (var container in Items(status, "containerStatuses").Where(IsSync))
        {
            if (container.TryGetProperty("state", out var state))
            {
                return LostContainer(container, state) ?? StateOf(state);
            }
        }
        return new ContainerSight.Waiting("", "");
    }

    /// <summary>Native sidecars are init containers with <c>restartPolicy: Always</c>.</summary>
    private static IEnumerable<JsonElement> Containers(JsonElement status) =>
        Items(status, "containerStatuses").Concat(Items(status, "initContainerStatuses"));

    private static bool IsSync(JsonElement container) => Is(container, "name", PodMarks.ContainerName);

    private static bool IsLiveSidecar(JsonElement container) => !IsSync(container) && !HasEnded(container);

    private static bool HasEnded(JsonElement container) =>
        container.TryGetProperty("state", out var state) && state.TryGetProperty("terminated", out _);

    /// <summary>
    /// Kubelets 1.20 and 1.21 report a container that they can't find any more as waiting, with its end only in <c>lastState</c>. The
    /// containers of our pods start only once, so this is the end of the container.
    /// </summary>
    private static ContainerSight.Terminated? LostContainer(JsonElement container, JsonElement state) =>
        state.TryGetProperty("waiting", out _)
        && container.TryGetProperty("lastState", out var last)
        && last.TryGetProperty("terminated", out var ended)
            ? TerminatedOf(ended)
            : null;

    private static ContainerSight.Terminated TerminatedOf(JsonElement ended) =>
        new(
            ended.TryGetProperty("exitCode", out var code) ? code.GetInt32() : 0,
            Text(ended, "reason") ?? "",
            Text(ended, "message") ?? "",
            Time(ended, "startedAt"),
            Time(ended, "finishedAt")
        );

    private static ContainerSight StateOf(JsonElement state)
    {
        if (state.TryGetProperty("terminated", out var ended))
        {
            return TerminatedOf(ended);
        }
        if (state.TryGetProperty("running", out var running))
        {
            return new ContainerSight.Running(Time(running, "startedAt"));
        }
        return state.TryGetProperty("waiting", out var waiting)
            ? new ContainerSight.Waiting(Text(waiting, "reason") ?? "", Text(waiting, "message") ?? "")
            : new ContainerSight.Waiting("", "");
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(name, out var items)
        && items.ValueKind == JsonValueKind.Array
            ? items.EnumerateArray()
            : default;

    private static bool Is(JsonElement parent, string name, string value) => Text(parent, name) == value;

    private static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value)
            ? value.GetString()
            : null;

    private static DateTimeOffset Time(JsonElement parent, string name) =>
        TimeOf(parent, name) ?? DateTimeOffset.UnixEpoch;

    private static DateTimeOffset? TimeOf(JsonElement parent, string name) =>
        DateTimeOffset.TryParse(
            Text(parent, name),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var at
        )
            ? at
            : null;
}
