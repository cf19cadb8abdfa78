using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>What the operator reads from a pod that webhooks and people have changed.</summary>
public sealed class PodSightTests
{
    private const string Proxy = """
        {"name":"istio-proxy","state":{"running":{"startedAt":"2026-11-25T11:58:10Z"}}}
        """;

    private const string EndedProxy = """
        {"name":"istio-proxy","state":{"terminated":{"exitCode":0,"startedAt":"2026-11-25T11:58:10Z"}}}
        """;

    private const string Sync = """
        {"name":"sync","state":{"terminated":{"exitCode":3,"reason":"Completed","message":"{}",
          "startedAt":"2026-11-25T11:58:12Z","finishedAt":"2026-11-25T11:59:12Z"}}}
        """;

    [Theory]
    [InlineData($"{Proxy},{Sync}", "", true)]
    [InlineData($"{Sync},{Proxy}", "", true)]
    [InlineData(Sync, Proxy, true)]
    [InlineData($"{EndedProxy},{Sync}", "", false)]
    [InlineData(Sync, EndedProxy, false)]
    [InlineData(Sync, "", false)]
    public void The_container_is_found_by_its_name(string containers, string initContainers, bool hasLiveSidecar)
    {
        var pod = Read(containers, initContainers);

        Assert.Equal(3, Assert.IsType<ContainerSight.Terminated>(pod.Container).ExitCode);
        Assert.Equal(hasLiveSidecar, pod.HasLiveSidecar);
        Assert.Equal(hasLiveSidecar, pod.IsKeptBySidecar);
    }

    [Theory]
    [InlineData("""["example.com/keep","kueue.x-k8s.io/managed"]""", "example.com/keep kueue.x-k8s.io/managed")]
    [InlineData("[]", null)]
    [InlineData("7", null)]
    [InlineData("[7]", null)]
    public void Finalizers_are_read(string finalizers, string? read)
    {
        var pod = JsonNode.Parse("""{"metadata":{"name":"p","namespace":"n"}}""")!;
        pod["metadata"]!["finalizers"] = JsonNode.Parse(finalizers);

        Assert.Equal(read, PodProjection.Of(new KubeObject(JsonElement.Parse(pod.ToJsonString()))).Pod.Finalizers);
    }

    [Theory]
    [InlineData(Proxy)]
    [InlineData("")]
    public void Without_the_container_the_run_has_not_started(string containers)
    {
        var pod = Read(containers, "");

        Assert.IsType<ContainerSight.Waiting>(pod.Container);
        Assert.False(pod.IsKeptBySidecar);
    }

    [Theory]
    [InlineData("""{"record":"r","stores":["\ud83d"]}""")]
    [InlineData("""{"record":"r","stores":null}""")]
    [InlineData("""{"record":"r","\ude00":1}""")]
    [InlineData("""{"index":"one"}""")]
    [InlineData("[]")]
    [InlineData("")]
    public void No_edit_of_an_annotation_makes_a_pod_unreadable(string fingerprint)
    {
        var error = Xunit.Record.Exception(() => Read(Sync, "", fingerprint));

        Assert.Null(error);
    }

    [Theory]
    [InlineData("\"spec\":{\"activeDeadlineSeconds\":90},", 90)]
    [InlineData("\"spec\":{\"activeDeadlineSeconds\":\"90\"},", null)]
    [InlineData("\"spec\":{},", null)]
    [InlineData("", null)]
    public void The_deadline_of_a_pod_is_read_where_there_is_one(string spec, int? seconds)
    {
        var json = $$$"""
            {"metadata":{"name":"a","namespace":"shops","uid":"u"},{{{spec}}}"status":{"phase":"Running"}}
            """;

        var pod = PodProjection.Of(new KubeObject(JsonElement.Parse(json))).Pod;

        Assert.Equal(seconds, (int?)pod.ActiveDeadline?.TotalSeconds);
    }

    private static ObservedPod Read(string containers, string initContainers, string fingerprint = "{}")
    {
        var annotation = JsonValue.Create(fingerprint).ToJsonString();
        var json = $$$"""
            {"metadata":{"name":"shop-orders-1","namespace":"shops","uid":"u",
              "annotations":{"marketplace-operator.io/fingerprint":{{{annotation}}}},
              "creationTimestamp":"2026-11-25T11:58:00Z"},
             "status":{"phase":"Running","containerStatuses":[{{{containers}}}],
              "initContainerStatuses":[{{{initContainers}}}]}}
            """;
        return PodProjection.Of(new KubeObject(JsonElement.Parse(json))).Pod;
    }
}
