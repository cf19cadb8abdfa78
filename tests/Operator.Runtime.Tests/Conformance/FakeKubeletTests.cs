using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Operator.Testing;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Pods that follow a script, in virtual time.</summary>
public sealed class FakeKubeletTests : IDisposable
{
    private static readonly ObjectKey Key = new("shop", "run");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly FakeCluster _cluster;
    private readonly List<string> _seen = [];

    public FakeKubeletTests()
    {
        _cluster = new FakeCluster(_time);
        _cluster.Changed = change =>
        {
            if (change.Type == CoreTypes.Pods)
            {
                _seen.Add(change.After is { } pod ? Describe(pod) : "gone");
            }
        };
    }

    public void Dispose() => _cluster.Dispose();

    private KubeObject? Pod => _cluster.Find(CoreTypes.Pods, Key);

    private static JsonObject Draft(Action<JsonObject>? change = null)
    {
        var pod = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = Key.Name },
            ["spec"] = new JsonObject
            {
                ["restartPolicy"] = "Never",
                ["containers"] = new JsonArray(new JsonObject { ["name"] = "sync", ["image"] = "sync:1" }),
            },
        };
        change?.Invoke(pod);
        return pod;
    }

    private void Run(PodScript script, Action<JsonObject>? change = null)
    {
        _cluster.RunPods(_ => script);
        _cluster.Create(CoreTypes.Pods, Key.Namespace, Draft(change));
    }

    private static string Describe(JsonElement pod)
    {
        var item = new KubeObject(pod);
        var state = item.At("status", "containerStatuses") is { ValueKind: JsonValueKind.Array } containers
            ? containers[0].GetProperty("state").EnumerateObject().First().Name
            : "-";
        return $"{item.Text("status", "phase")} {state}{(item.DeletionTimestamp is null ? "" : " going")}";
    }

    private JsonElement Terminated =>
        Pod!.At("status", "containerStatuses")!.Value[0].GetProperty("state").GetProperty("terminated"); // the test made it end

    [Fact]
    public void A_sidecar_keeps_its_pod_running_until_the_pod_is_deleted()
    {
        Run(
            new PodScript { RunsFor = TimeSpan.FromSeconds(5), Message = "done" },
            pod => pod["spec"]!["containers"]!.AsArray().Add(new JsonObject { ["name"] = "proxy" }) // see Draft
        );

        _time.Advance(TimeSpan.FromSeconds(10));
        _cluster.Delete(CoreTypes.Pods, Key);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(
            ["Running running", "Running terminated", "Running terminated going", "Succeeded terminated going", "gone"],
            _seen.Skip(3)
        );
    }

    [Fact]
    public void A_native_sidecar_ends_with_the_worker()
    {
        Run(
            new PodScript { RunsFor = TimeSpan.FromSeconds(5), Message = "done" },
            pod =>
                pod["spec"]!["initContainers"] = new JsonArray( // see Draft
                    new JsonObject { ["name"] = "proxy", ["restartPolicy"] = "Always" }
                )
        );

        string Sidecar() => Pod!.At("status", "initContainerStatuses")!.Value[0].GetProperty("state").ToString(); // it has one
        _time.Advance(TimeSpan.FromSeconds(3));
        var first = Sidecar();
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.StartsWith("{\"running\"", first, StringComparison.Ordinal);
        Assert.Equal("Succeeded terminated", _seen[^1]);
        Assert.StartsWith("{\"terminated\"", Sidecar(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_pod_is_scheduled_starts_and_ends_with_its_report()
    {
        Run(new PodScript { RunsFor = TimeSpan.FromSeconds(5), Message = "done" });

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(["Pending -", "Pending -", "Pending waiting", "Running running", "Succeeded terminated"], _seen);
        Assert.Equal("done", Terminated.GetProperty("message").GetString());
        Assert.Equal("2026-03-01T12:00:01Z", Terminated.GetProperty("startedAt").GetString());
        Assert.Equal("2026-03-01T12:00:06Z", Terminated.GetProperty("finishedAt").GetString());
    }

    [Fact]
    public void A_failing_pod_keeps_the_last_4096_bytes_of_its_report()
    {
        Run(PodScript.Fails(3, new string('a', 10) + new string('b', 4096)));

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("Failed terminated", _seen[^1]);
        Assert.Equal(3, Terminated.GetProperty("exitCode").GetInt32());
        Assert.Equal(new string('b', 4096), Terminated.GetProperty("message").GetString());
    }

    [Fact]
    public void A_deleted_pod_shows_its_last_state_before_it_goes()
    {
        Run(
            new PodScript
            {
                RunsFor = null,
                StopsAfter = TimeSpan.FromSeconds(2),
                MessageAfter = ran => $"after {ran.TotalSeconds} s",
            }
        );
        _time.Advance(TimeSpan.FromSeconds(11));

        _cluster.Delete(CoreTypes.Pods, Key);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(["Running running going", "Failed terminated going"], _seen[^2..]);
        Assert.Equal(143, Terminated.GetProperty("exitCode").GetInt32());
        Assert.Equal("after 12 s", Terminated.GetProperty("message").GetString());
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("gone", _seen[^1]);
    }

    [Fact]
    public void A_pod_that_ignores_the_signal_is_killed_when_its_grace_is_over()
    {
        Run(new PodScript { RunsFor = null, StopsAfter = null });
        _time.Advance(TimeSpan.FromSeconds(5));

        _cluster.Delete(CoreTypes.Pods, Key, grace: TimeSpan.FromSeconds(7));
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal("Running running going", _seen[^1]);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(137, Terminated.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public void A_pod_deleted_without_grace_is_gone_without_a_word()
    {
        Run(PodScript.Hangs());
        _time.Advance(TimeSpan.FromSeconds(5));

        _cluster.Delete(CoreTypes.Pods, Key, grace: TimeSpan.Zero);
        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(["Running running", "gone"], _seen[^2..]);
    }

    [Fact]
    public void A_missing_ticket_keeps_the_pod_from_starting_until_it_is_there()
    {
        Run(
            PodScript.Succeeds(),
            pod =>
                pod["spec"]!["volumes"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "ticket",
                        ["configMap"] = new JsonObject { ["name"] = "ticket" },
                    }
                )
        );
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("Pending waiting", _seen[^1]);

        _cluster.Create(CoreTypes.ConfigMaps, Key.Namespace, Objects.ConfigMap("ticket"));
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("Succeeded terminated", _seen[^1]);
    }

    [Fact]
    public void An_optional_secret_may_be_missing()
    {
        Run(
            PodScript.Succeeds(),
            pod =>
                pod["spec"]!["volumes"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = "app",
                        ["secret"] = new JsonObject { ["secretName"] = "app", ["optional"] = true },
                    }
                )
        );

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("Succeeded terminated", _seen[^1]);
    }

    [Fact]
    public void An_image_that_cannot_be_pulled_waits_and_says_so()
    {
        Run(PodScript.ImageMissing());

        _time.Advance(TimeSpan.FromHours(1));

        var waiting = Pod!.At("status", "containerStatuses")!.Value[0].GetProperty("state").GetProperty("waiting");
        Assert.Equal("ImagePullBackOff", waiting.GetProperty("reason").GetString());
    }

    [Fact]
    public void A_pod_past_its_deadline_fails_and_its_container_is_said_to_run_for_ever()
    {
        Run(PodScript.Hangs(), pod => pod["spec"]!["activeDeadlineSeconds"] = 60);

        _time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal("Failed running", _seen[^1]);
        Assert.Equal("DeadlineExceeded", Pod!.Text("status", "reason"));
    }

    [Fact]
    public void An_evicted_pod_says_so_and_forgets_its_container()
    {
        Run(new PodScript { End = PodEnd.Evicted });

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("Failed -", _seen[^1]);
        Assert.Equal("Evicted", Pod!.Text("status", "reason"));
    }

    [Fact]
    public void A_pod_out_of_memory_is_killed()
    {
        Run(new PodScript { End = PodEnd.OutOfMemory });

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("OOMKilled", Terminated.GetProperty("reason").GetString());
        Assert.Equal(137, Terminated.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public void Nothing_happens_on_a_node_that_is_down_and_everything_due_once_it_is_back()
    {
        var kubelet = _cluster.RunPods(_ => PodScript.Succeeds());
        kubelet.Stop();
        _cluster.Create(CoreTypes.Pods, Key.Namespace, Draft());

        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("Pending -", _seen[^1]);
        kubelet.Start();
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("Succeeded terminated", _seen[^1]);
    }

    [Fact]
    public void The_same_script_gives_the_same_versions_and_uids()
    {
        Run(PodScript.Succeeds());
        _time.Advance(TimeSpan.FromSeconds(5));
        using var again = new FakeCluster(
            new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
        );
        again.RunPods(_ => PodScript.Succeeds());

        again.Create(CoreTypes.Pods, Key.Namespace, Draft());

        Assert.Equal(Pod!.Uid, again.Find(CoreTypes.Pods, Key)!.Uid);
    }
}
