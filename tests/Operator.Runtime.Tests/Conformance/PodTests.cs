using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Pods on a node: how they wait, run, end and are deleted.</summary>
public sealed class PodTests(ConformanceServers servers)
{
    private const string OtherUid = "0b1a4bd0-0000-4000-8000-000000000000";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [EveryCluster]
    public async Task A_running_pod_that_is_deleted_shows_that_it_ended_before_it_goes(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var pod = await world.CreateAsync(CoreTypes.Pods, Pod(world));
        await UntilRunningAsync(world);
        await using var log = WatchLog.Start(
            world,
            CoreTypes.Pods,
            new WatchOptions { ResourceVersion = pod.ResourceVersion }
        );

        Assert.Equal(Deletion.OtherUid, await world.Api.DeleteAsync(CoreTypes.Pods, pod.Key, OtherUid, Ct));
        Assert.Equal(Deletion.Deleted, await world.Api.DeleteAsync(CoreTypes.Pods, pod.Key, pod.Uid, Ct));
        await log.UntilAsync(l => l.Events.Any(e => e.Kind == WatchKind.Deleted), "the end of the pod");

        var states = log.Events.Where(e => e.Kind == WatchKind.Modified).Select(e => new KubeObject(e.Item)).ToList();
        Assert.Contains(states, s => s.DeletionTimestamp is not null && State(s) == "running");
        var last = states[^1];
        Assert.NotNull(last.DeletionTimestamp);
        // A busy kubelet may already have lost the container; the status then says so.
        var isLost = State(last) == "waiting" && backend == Backend.RealCluster;
        var ended = Container(last)!.Value.GetProperty(isLost ? "lastState" : "state").GetProperty("terminated");
        var isKnown = ended.GetProperty("reason").GetString() != "ContainerStatusUnknown";
        Assert.Equal(isKnown ? 0 : 137, ended.GetProperty("exitCode").GetInt32());
        Assert.True(isKnown || backend == Backend.RealCluster);
    }

    [Theory]
    [EveryCluster]
    public async Task The_end_of_a_grace_period_is_in_the_deletion_timestamp(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var pod = await world.CreateAsync(CoreTypes.Pods, Pod(world));
        await UntilRunningAsync(world);

        await using var log = WatchLog.Start(
            world,
            CoreTypes.Pods,
            new WatchOptions { ResourceVersion = pod.ResourceVersion }
        );
        await world.Api.DeleteAsync(
            CoreTypes.Pods,
            pod.Key,
            new DeleteOptions { Uid = pod.Uid, Grace = TimeSpan.FromSeconds(20) },
            Ct
        );
        await log.UntilAsync(l => l.Events.Any(e => e.Kind == WatchKind.Deleted), "the end of the pod");

        var going = log.Events.Select(e => new KubeObject(e.Item)).First(i => i.DeletionTimestamp is not null);
        Assert.Equal(20, going.At("metadata", "deletionGracePeriodSeconds")!.Value.GetInt64());
        Assert.True(going.DeletionTimestamp > going.CreationTimestamp + TimeSpan.FromSeconds(19));
    }

    [Theory]
    [EveryCluster]
    public async Task A_pod_deleted_without_grace_is_gone_at_once(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var pod = await world.CreateAsync(CoreTypes.Pods, Pod(world));
        await UntilRunningAsync(world);

        await world.Api.DeleteAsync(
            CoreTypes.Pods,
            pod.Key,
            new DeleteOptions { Uid = pod.Uid, Grace = TimeSpan.Zero },
            Ct
        );

        Assert.Null(await world.GetAsync(CoreTypes.Pods, "run"));
    }

    [Theory]
    [EveryCluster]
    public async Task A_pod_that_no_node_takes_says_why_and_is_deleted_at_once(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var draft = Pod(world);
        draft["spec"]!["nodeSelector"] = new JsonObject { ["example.com/nowhere"] = "true" };
        var pod = await world.CreateAsync(CoreTypes.Pods, draft);

        var condition = await world.UntilAsync(
            async () =>
                (await world.GetAsync(CoreTypes.Pods, "run"))?.At("status", "conditions") is { } conditions
                && conditions.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } first
                    ? first.GetRawText()
                    : null,
            "the scheduler's word"
        );
        Assert.Contains("\"Unschedulable\"", condition, StringComparison.Ordinal);
        await world.Api.DeleteAsync(CoreTypes.Pods, pod.Key, pod.Uid, Ct);

        Assert.Null(await world.GetAsync(CoreTypes.Pods, "run"));
    }

    [Theory]
    [EveryCluster]
    public async Task A_missing_config_map_keeps_a_pod_from_starting(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var draft = Pod(world);
        draft["spec"]!["volumes"] = new JsonArray(
            new JsonObject
            {
                ["name"] = "ticket",
                ["configMap"] = new JsonObject { ["name"] = "ticket" },
            }
        );
        await world.CreateAsync(CoreTypes.Pods, draft);

        await UntilStateAsync(world, "waiting");
        Assert.Equal("ContainerCreating", (await WaitingAsync(world)).GetProperty("reason").GetString());
        await world.CreateAsync(CoreTypes.ConfigMaps, Objects.ConfigMap("ticket"));

        await UntilRunningAsync(world);
    }

    [Theory]
    [EveryCluster]
    public async Task An_optional_secret_does_not(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var draft = Pod(world);
        draft["spec"]!["volumes"] = new JsonArray(
            new JsonObject
            {
                ["name"] = "app",
                ["secret"] = new JsonObject { ["secretName"] = "app", ["optional"] = true },
            }
        );
        await world.CreateAsync(CoreTypes.Pods, draft);

        await UntilRunningAsync(world);
    }

    [Theory]
    [EveryCluster]
    public async Task An_image_that_cannot_be_pulled_keeps_waiting(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        await world.CreateAsync(CoreTypes.Pods, Pod(world, image: "localhost:1/nothing:1"));

        await world.UntilAsync(
            async () =>
                await world.GetAsync(CoreTypes.Pods, "run") is { } pod
                && State(pod) == "waiting"
                && (await WaitingAsync(world)).GetProperty("reason").GetString() == "ImagePullBackOff",
            "the failed pull"
        );

        var waiting = await world.GetAsync(CoreTypes.Pods, "run");
        Assert.Equal("Pending", waiting!.Text("status", "phase"));
    }

    [Theory]
    [EveryCluster]
    public async Task A_pod_that_has_ended_is_deleted_at_once(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var draft = Pod(world);
        draft["spec"]!["containers"]![0]!["command"] = new JsonArray("/no-such-program");
        var pod = await world.CreateAsync(CoreTypes.Pods, draft);
        await world.UntilAsync(
            async () => (await world.GetAsync(CoreTypes.Pods, "run"))?.Text("status", "phase") == "Failed",
            "the failure"
        );
        Assert.Equal("terminated", State((await world.GetAsync(CoreTypes.Pods, "run"))!)); // the pod exists

        await world.Api.DeleteAsync(CoreTypes.Pods, pod.Key, pod.Uid, Ct);

        Assert.Null(await world.GetAsync(CoreTypes.Pods, "run"));
    }

    [Theory]
    [EveryCluster]
    public async Task A_pod_past_its_deadline_has_failed(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var draft = Pod(world);
        draft["spec"]!["activeDeadlineSeconds"] = 3;
        await world.CreateAsync(CoreTypes.Pods, draft);

        var pod = await world.UntilAsync(
            async () =>
                await world.GetAsync(CoreTypes.Pods, "run") is { } seen && seen.Text("status", "phase") == "Failed"
                    ? seen
                    : null,
            "the deadline"
        );

        Assert.Equal("DeadlineExceeded", pod.Text("status", "reason"));
    }

    [Theory]
    [EveryCluster]
    public async Task Pods_go_with_their_owner(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var owner = await world.CreateAsync(world.Own.New("owner"));
        await world.CreateAsync(CoreTypes.Pods, Objects.OwnedBy(Pod(world), owner));
        await UntilRunningAsync(world);

        await world.Api.DeleteAsync(world.Own.Type, owner.Key, uid: null, Ct);

        await world.UntilAsync(
            async () => await world.GetAsync(CoreTypes.Pods, "run") is null,
            "the garbage collection of the pod"
        );
    }

    [Theory]
    [EveryCluster]
    public async Task A_pod_beyond_a_quota_is_forbidden(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        await world.LimitPods(1);
        var first = await world.CreateAsync(CoreTypes.Pods, Pod(world));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
        {
            var second = Pod(world);
            second["metadata"]!["name"] = "second";
            return world.CreateAsync(CoreTypes.Pods, second);
        });

        Assert.True(refused.IsForbidden);
        Assert.Equal("Forbidden", refused.Reason);
        Assert.Contains(
            "pods \"second\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1",
            refused.Message,
            StringComparison.Ordinal
        );
        // An existing name changes nothing: admission runs before the check of the name.
        var again = await Assert.ThrowsAsync<KubeApiException>(() => world.CreateAsync(CoreTypes.Pods, Pod(world)));
        Assert.True(again.IsForbidden);
        Assert.NotEmpty(first.Uid);
    }

    [Theory]
    [EveryCluster]
    public async Task What_a_pod_runs_cannot_be_changed(Backend backend)
    {
        await using var world = await OpenAsync(backend);
        var pod = await world.CreateAsync(CoreTypes.Pods, Pod(world));

        var refused = await Assert.ThrowsAsync<KubeApiException>(() =>
            world.ReplaceAsync(
                CoreTypes.Pods,
                pod,
                item =>
                {
                    item["metadata"]!.AsObject().Remove("resourceVersion");
                    item["spec"]!["containers"]![0]!["command"] = new JsonArray("/other");
                }
            )
        );

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
    }

    private async Task<ConformanceWorld> OpenAsync(Backend backend)
    {
        var world = await servers.OpenAsync(backend);
        Assert.SkipWhen(world.PauseImage is null, "no node has a pause image");
        return world;
    }

    private static JsonObject Pod(ConformanceWorld world, string? image = null) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = "run" },
            ["spec"] = new JsonObject
            {
                ["restartPolicy"] = "Never",
                ["automountServiceAccountToken"] = false,
                ["containers"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "sync",
                        ["image"] = image ?? world.PauseImage,
                        ["imagePullPolicy"] = "IfNotPresent",
                    }
                ),
            },
        };

    private static Task UntilRunningAsync(ConformanceWorld world) => UntilStateAsync(world, "running");

    private static Task UntilStateAsync(ConformanceWorld world, string state) =>
        world.UntilAsync(
            async () => await world.GetAsync(CoreTypes.Pods, "run") is { } pod && State(pod) == state,
            $"a container that is {state}"
        );

    private static async Task<JsonElement> WaitingAsync(ConformanceWorld world) =>
        Container((await world.GetAsync(CoreTypes.Pods, "run"))!)!.Value.GetProperty("state").GetProperty("waiting"); // the pod waits

    private static JsonElement? Container(KubeObject pod) =>
        pod.At("status", "containerStatuses") is { ValueKind: JsonValueKind.Array } all ? all[0] : null;

    private static string? State(KubeObject pod) =>
        Container(pod)?.GetProperty("state").EnumerateObject().Select(s => s.Name).FirstOrDefault();
}
