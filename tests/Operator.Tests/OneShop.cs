using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>One operator process and a fake cluster with one namespace and, mostly, one connector, in virtual time.</summary>
internal sealed class OneShop : IDisposable
{
    public const string Good = "registry.example.com/sync:good";
    public const string Better = "registry.example.com/sync:better";
    public static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    public static readonly ObjectKey Shop = new("shop", "c");
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public OneShop(Func<KubeObject, PodScript>? pods = null, int cap = OperatorProcess.FinishedPodsCap)
    {
        Time = new VirtualTime(Noon);
        Cluster = new FakeCluster(Time);
        Cluster.RunPods(
            pods
                ?? (
                    _ => new PodScript
                    {
                        StartsAfter = TimeSpan.FromSeconds(1),
                        RunsFor = TimeSpan.FromSeconds(5),
                        Message = WorkerReport.Of(Enumerable.Repeat(WorkerReport.Store(10), 3)),
                    }
                )
        );
        Cluster.Changed = change =>
        {
            if (change is { Before: null, After: { } pod } && change.Type == CoreTypes.Pods)
            {
                Made.Add((change.Key.Name, Time.GetUtcNow(), pod.ToString()));
            }
        };
        var options = OperatorProcess.Options("operator-1");
        options.FinishedPodsCap = cap;
        Process = new OperatorProcess(Cluster, Time, options, seed: 1);
    }

    public VirtualTime Time { get; }
    public FakeCluster Cluster { get; }
    public OperatorProcess Process { get; }
    public DateTimeOffset Now => Time.GetUtcNow();
    public List<(string Name, DateTimeOffset At, string Json)> Made { get; } = [];

    public void RunFor(TimeSpan time)
    {
        var end = Time.Elapsed + time;
        do
        {
            while (Process.Drain()) { }
        } while (Time.FireNext(end));
    }

    public static JsonObject Connector(string image = Good, string name = "c", string more = "") =>
        Json(
            $$$"""
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector","metadata":{"name":"{{{name}}}","namespace":"shop"},
             "spec":{"marketplace":"Custom","sync":{"image":"{{{image}}}"}{{{more}}},
                     "stores":[{"name":"s1"},{"name":"s2"},{"name":"s3"}],"flows":[{"name":"orders","schedule":"* * * * *"}]}}
            """
        );

    public static JsonObject Json(string json) => JsonNode.Parse(json)!.AsObject(); // it is an object

    public void Create(JsonObject connector) => Cluster.Create(Kinds.Connectors, "shop", connector);

    public string Uid => Cluster.Find(Kinds.Connectors, Shop)!.Uid;

    public IEnumerable<string> EventReasons =>
        Cluster.All(CoreTypes.Events).Select(e => e.Json.GetProperty("reason").GetString() ?? "");

    public string Ready(ResourceType type, ObjectKey key) => Condition(type, key, Api.ConditionTypes.Ready) ?? "";

    public string? Condition(ResourceType type, ObjectKey key, string condition) =>
        Cluster.Find(type, key)!.Json.TryGetProperty("status", out var status)
        && status.TryGetProperty("conditions", out var conditions)
            ? conditions
                .EnumerateArray()
                .Where(c => c.GetProperty("type").GetString() == condition)
                .Select(c => $"{c.GetProperty("reason").GetString()}: {c.GetProperty("message").GetString()}")
                .SingleOrDefault()
            : null;

    public void Dispose()
    {
        Process.Dispose();
        Cluster.Dispose();
    }
}
