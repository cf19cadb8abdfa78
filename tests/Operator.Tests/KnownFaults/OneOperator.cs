using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests.KnownFaults;

/// <summary>The whole program in virtual time against the fake cluster, with one connector.</summary>
internal sealed class OneOperator : IDisposable
{
    private static readonly ObjectKey Connector = new("shop", "c");
    private readonly VirtualTime _time;
    private readonly FakeCluster _cluster;
    private readonly OperatorProcess _process;
    private readonly DateTimeOffset _start;

    /// <param name="start">When the program starts.</param>
    /// <param name="stores">How many.</param>
    /// <param name="runsFor">How long a run takes, by its number.</param>
    /// <param name="flows">As JSON.</param>
    public OneOperator(DateTimeOffset start, int stores, Func<int, TimeSpan> runsFor, params string[] flows)
    {
        _start = start;
        _time = new VirtualTime(start);
        _cluster = new FakeCluster(_time, new FakeClusterOptions { Seed = 1 });
        var runs = 0;
        _cluster.RunPods(_ => new PodScript
        {
            StartsAfter = TimeSpan.FromSeconds(1),
            RunsFor = runsFor(runs++),
            Message = """{"v":1,"s":[{"ok":10,"failed":0}]}""",
        });
        _process = new OperatorProcess(_cluster, _time, "operator-1", seed: 7);
        var names = string.Join(',', Enumerable.Range(1, stores).Select(i => $$"""{"name":"s{{i:00}}"}"""));
        Create(
            Kinds.Connectors,
            $$$"""
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"MarketplaceConnector",
             "metadata":{"name":"c","namespace":"shop"},
             "spec":{"marketplace":"Custom","sync":{"image":"registry.example.com/sync:good"},
                     "stores":[{{{names}}}],"flows":[{{{string.Join(',', flows)}}}]}}
            """
        );
        _cluster.Changed = change =>
        {
            if (change is { Before: null, After: { } pod } && change.Type == CoreTypes.Pods)
            {
                Made.Add((change.Key.Name, Now));
                NewestPod = pod.ToString();
            }
        };
        _process.Start();
    }

    /// <summary>The pods that were made, oldest first.</summary>
    public List<(string Name, DateTimeOffset At)> Made { get; } = [];

    public DateTimeOffset Now => _time.GetUtcNow();
    public FaultPlan Faults => _process.Client.Faults;

    public JsonElement Status => _cluster.Find(Kinds.Connectors, Connector)!.Json.GetProperty("status"); // it is never deleted

    public JsonElement Ready =>
        Status
            .GetProperty("conditions")
            .EnumerateArray()
            .First(c => c.GetProperty("type").GetString() == ConditionTypes.Ready);

    public string ReadyStatus => Ready.GetProperty("status").GetString() ?? "";

    public long MissedStoreSyncs =>
        Status.GetProperty("flows")[0].GetProperty("missed").GetProperty("storeSyncs").GetInt64();

    public IEnumerable<string> EventReasons =>
        _cluster.All(CoreTypes.Events).Select(e => e.Json.GetProperty("reason").GetString() ?? "");

    /// <summary>The pod that was made last, as JSON.</summary>
    public string NewestPod { get; private set; } = "";

    public void Create(ResourceType type, string json) =>
        _cluster.Create(type, Connector.Namespace, JsonNode.Parse(json)!.AsObject()); // it is an object

    public IDisposable LimitPods(int most) => _cluster.LimitPods(Connector.Namespace, "pods", most);

    public void Edit(Action<JsonObject> edit) => Edit(Kinds.Connectors, Connector.Name, edit);

    public void Edit(ResourceType type, string name, Action<JsonObject> edit) =>
        _cluster.Edit(type, new ObjectKey(Connector.Namespace, name), edit);

    public void RunTo(DateTimeOffset instant)
    {
        var end = instant - _start;
        do
        {
            while (_process.Drain()) { }
        } while (_time.FireNext(end));
        while (_process.Drain()) { }
    }

    public void Run(TimeSpan time) => RunTo(Now + time);

    public void Dispose()
    {
        _process.Dispose();
        _cluster.Dispose();
    }
}
