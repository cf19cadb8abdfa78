using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Api;
using Operator.Planning.Record;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests.KnownFaults;

/// <summary>The whole program in virtual time against the fake cluster, with one connector.</summary>
internal sealed class OneConnector : IDisposable
{
    private static readonly ObjectKey Connector = new("shop", "c");
    private readonly OneOperator _operator;
    private readonly FakeCluster _cluster;

    /// <param name="start">When the program starts.</param>
    /// <param name="stores">The number of stores.</param>
    /// <param name="runsFor">The duration of a run, by its number from 0.</param>
    /// <param name="flows">The flows as JSON.</param>
    public OneConnector(DateTimeOffset start, int stores, Func<int, TimeSpan> runsFor, params string[] flows)
    {
        var runs = 0;
        _operator = new OneOperator(
            start,
            _ => new PodScript
            {
                StartsAfter = TimeSpan.FromSeconds(1),
                RunsFor = runsFor(runs++),
                ExitCode = ExitCode,
                Message = WorkerReport.Of([WorkerReport.Store(10)]),
            },
            seed: 7
        );
        _cluster = _operator.Cluster;
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
        _operator.Start();
    }

    /// <summary>The pods that the program created, oldest first.</summary>
    public List<(string Name, DateTimeOffset At)> Made { get; } = [];

    public DateTimeOffset Now => _operator.Time.GetUtcNow();
    public FaultPlan Faults => _operator.Faults;

    /// <summary>The record as it is committed.</summary>
    public ConnectorRecord Record => new RecordEye(_cluster, _operator.Time).Read(Connector)!; // a test asks after the first commit

    public int PodsKept => _operator.PodsKept;

    public TimeSpan CallTimeout
    {
        set => _operator.CallTimeout = value;
    }

    public Admission Admission => _cluster.Admission;

    /// <summary>The exit code of each later run.</summary>
    public int ExitCode { get; set; }

    public JsonElement Status => _cluster.Find(Kinds.Connectors, Connector)!.Json.GetProperty("status"); // it is never deleted

    public JsonElement Ready =>
        Status
            .GetProperty("conditions")
            .EnumerateArray()
            .First(c => c.GetProperty("type").GetString() == ConditionTypes.Ready);

    /// <summary>All conditions of the connector, as JSON.</summary>
    public string Conditions => Status.GetProperty("conditions").ToString();

    public string ReadyStatus => Ready.GetProperty("status").GetString() ?? "";

    public long MissedStoreSyncs =>
        Status.GetProperty("flows")[0].GetProperty("missed").GetProperty("storeSyncs").GetInt64();

    /// <summary>The pods that exist.</summary>
    public IEnumerable<KubeObject> Pods => _cluster.All(CoreTypes.Pods);

    public IEnumerable<string> EventReasons =>
        _cluster.All(CoreTypes.Events).Select(e => e.Json.GetProperty("reason").GetString() ?? "");

    /// <summary>Reason, object and note of each event, one text each.</summary>
    public IEnumerable<string> EventTexts =>
        _cluster
            .All(CoreTypes.Events)
            .Select(e =>
                $"{e.Json.GetProperty("reason")} of {e.Json.GetProperty("regarding").GetProperty("kind")}: {e.Json.GetProperty("note")}"
            );

    /// <summary>The newest pod, as JSON; empty before the first.</summary>
    public string NewestPod { get; private set; } = "";

    public KubeObject Find(ResourceType type, string name) =>
        _cluster.Find(type, new ObjectKey(Connector.Namespace, name))!; // the test created it

    public void Create(ResourceType type, string json) =>
        _cluster.Create(type, Connector.Namespace, JsonNode.Parse(json)!.AsObject()); // it is an object

    /// <summary>Patches a status as another process would.</summary>
    public Task PatchStatusAsync(ResourceType type, string name, ReadOnlyMemory<byte> patch) =>
        _cluster
            .Connect("other")
            .PatchStatusAsync(type, new ObjectKey(Connector.Namespace, name), patch, CancellationToken.None);

    public IDisposable LimitPods(int most) => _cluster.LimitPods(Connector.Namespace, "pods", most);

    public void Edit(Action<JsonObject> edit) => Edit(Kinds.Connectors, Connector.Name, edit);

    public void Edit(ResourceType type, string name, Action<JsonObject> edit) =>
        _cluster.Edit(type, new ObjectKey(Connector.Namespace, name), edit);

    public void RunTo(DateTimeOffset instant) => Run(instant - Now);

    public void Run(TimeSpan time) => _operator.RunFor(time);

    /// <summary>At most this time, in seconds.</summary>
    public void Run(TimeSpan time, Func<bool> until)
    {
        for (var end = Now + time; Now < end && !until(); Run(TimeSpan.FromSeconds(1))) { }
    }

    public void Dispose() => _operator.Dispose();
}
