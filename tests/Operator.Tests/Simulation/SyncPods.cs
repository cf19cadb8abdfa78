using System.Globalization;
using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>What each pod of a world does: the image tag decides, and times and faults are drawn from the pod's UID.</summary>
internal static class SyncPods
{
    /// <summary>The word of a kubelet that rejects a pod.</summary>
    public const string Rejection = "OutOfcpu";

    public static PodScript Script(KubeObject pod) => Script(pod, isRejected: false);

    public static PodScript Script(KubeObject pod, bool isRejected)
    {
        var chance = new Random(Stable(pod.Uid));
        var timed = new PodScript
        {
            StartsAfter = TimeSpan.FromMilliseconds(chance.Next(200, 2500)),
            RunsFor = TimeSpan.FromMilliseconds(chance.Next(300, 3000)),
            StopsAfter = TimeSpan.FromMilliseconds(chance.Next(0, 2000)),
        };
        var script = Disturbed(Worker(pod, timed, chance), pod);
        return isRejected ? script with { Rejection = Rejection } : script;
    }

    private static PodScript Worker(KubeObject pod, PodScript timed, Random chance)
    {
        var seen = Gathering.PodProjection.Of(pod).Pod;
        var tag = TagOf(pod);
        if (chance.Next(50) == 0 && tag is not "missing")
        {
            return timed with { End = PodEnd.Evicted };
        }
        var stores = seen.Fingerprint?.Stores ?? [];
        return tag switch
        {
            "bad" => timed with { Message = WorkerReport.Of(stores.Select(_ => WorkerReport.Store(6, failed: 4))) },
            "crash" => timed with { ExitCode = 1 },
            "missing" => timed with { IsImageMissing = true },
            "mute" => timed with { Message = "" },
            "locked" => timed with
            {
                Message = WorkerReport.Of(stores.Select(s => s == "s02" ? WorkerReport.Failed(1, 'a') : Good)),
            },
            "poison" when stores.Contains("s01") => timed with
            {
                ExitCode = 134,
                Message = WorkerReport.Of(stores.TakeWhile(s => s != "s01").Select(_ => Good)),
            },
            "flaky" => timed with { Message = WorkerReport.Of([.. stores.Select(_ => Flaky(chance))]) },
            // One worker in three reports its calls, which may be more than the flow's <c>uses</c> say.
            _ => timed with
            {
                Message = WorkerReport.Of(
                    [.. stores.Select(_ => chance.Next(12) == 0 ? Unfinished : Good)],
                    CallsOf(stores.Length, chance)
                ),
            },
        };
    }

    /// <summary>
    /// What kubelets and workers do besides, by chances of its own: a rejected pod, an eviction as of Kubernetes 1.20, news that come late,
    /// and a worker that a deletion lets finish its store, which then exits with 0.
    /// </summary>
    private static PodScript Disturbed(PodScript script, KubeObject pod)
    {
        var chance = new Random(~Stable(pod.Uid));
        var stores = Gathering.PodProjection.Of(pod).Pod.Fingerprint?.Stores.Length ?? 0;
        var isMute = TagOf(pod) is "mute" or "crash";
        var disturbed = script with
        {
            Rejection = chance.Next(40) == 0 ? Rejection : null,
            NewsAfter = TimeSpan.FromMilliseconds(chance.Next(4) == 0 ? chance.Next(4000) : 0),
            StopExitCode = chance.Next(2) == 0 ? 0 : 143,
            MessageAfter = isMute ? null : ran => WorkerReport.Of(Enumerable.Repeat(Good, Done(ran, script, stores))),
        };
        var isEvicted = script.End == PodEnd.Evicted && chance.Next(2) == 0;
        return isEvicted ? disturbed with { End = PodEnd.EvictedWhileRunning } : disturbed;
    }

    /// <summary>The stores that a worker has reported when it is stopped.</summary>
    private static int Done(TimeSpan ran, PodScript script, int stores) =>
        script.RunsFor is { } time ? Math.Min(stores, (int)(stores * (ran / time))) : 0;

    /// <summary>A service mesh: each pod gets a container that runs until the pod is deleted, before the worker's.</summary>
    public static void InjectSidecar(ResourceType type, JsonObject item)
    {
        if (type == CoreTypes.Pods)
        {
            var sidecar = new JsonObject { ["name"] = "istio-proxy", ["image"] = "istio:1" };
            item["spec"]!["containers"]!.AsArray().Insert(0, sidecar); // every pod has containers
        }
    }

    /// <summary>The condition that <c>kubectl drain</c> leaves, since Kubernetes 1.26.</summary>
    public static void Drain(JsonObject pod, DateTimeOffset at)
    {
        var condition = new JsonObject
        {
            ["type"] = "DisruptionTarget",
            ["status"] = "True",
            ["reason"] = "EvictionByEvictionAPI",
            ["lastTransitionTime"] = at.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        };
        var status = pod["status"]!.AsObject(); // every pod has one
        if (status["conditions"] is JsonArray conditions)
        {
            conditions.Add(condition);
        }
        else
        {
            status["conditions"] = new JsonArray(condition);
        }
    }

    private static readonly string Good = WorkerReport.Store(10);
    private static readonly string Unfinished = WorkerReport.Store(10, hasMore: true);

    /// <summary>Some stores fail, and some are not reached although the worker ends with exit code 0.</summary>
    private static string Flaky(Random chance) =>
        chance.Next(8) switch
        {
            0 => WorkerReport.Failed(1, 'u'),
            1 => WorkerReport.NotReached,
            _ => Good,
        };

    public static string ImageOf(KubeObject pod) =>
        pod.Json.Items("spec", "containers").First(c => c.Text("name") == "sync").Text("image")!; // our pods have one

    private static string TagOf(KubeObject pod) => ImageOf(pod).Split(':')[^1];

    private static string? CallsOf(int stores, Random chance) =>
        chance.Next(3) == 0 ? $"\"calls\":{{\"{FleetObjects.Api}\":{chance.Next(stores, (stores * 2) + 1)}}}" : null;

    /// <summary>A hash that is the same in every process, unlike <c>string.GetHashCode</c>.</summary>
    private static int Stable(string text) => text.Aggregate(17, (hash, c) => unchecked((hash * 31) + c));
}
