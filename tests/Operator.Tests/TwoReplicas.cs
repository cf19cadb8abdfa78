using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>
/// A fake cluster with one connector of three stores and two replicas of the operator, in virtual time. The first leads. Runs take
/// five seconds.
/// </summary>
internal sealed class TwoReplicas : IDisposable
{
    public static readonly ObjectKey Connector = new(FleetObjects.Namespace, FleetObjects.Name);

    public TwoReplicas(string schedule, int storesPerRun = 3, int finishedPodsCap = OperatorProcess.FinishedPodsCap)
    {
        Time = new VirtualTime(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        Cluster = new FakeCluster(Time);
        Cluster.RunPods(_ => new PodScript
        {
            StartsAfter = TimeSpan.FromSeconds(1),
            RunsFor = TimeSpan.FromSeconds(5),
            Message = WorkerReport.Of(Enumerable.Repeat(WorkerReport.Store(10), storesPerRun)),
        });
        Cluster.Changed = change =>
        {
            if (change is { Before: null, After: not null } && change.Type == CoreTypes.Pods)
            {
                Made.Add(change.Key.Name);
            }
        };
        OperatorProcess Replica(int number)
        {
            var options = OperatorProcess.Options($"operator-{number}");
            options.FinishedPodsCap = finishedPodsCap;
            return new OperatorProcess(Cluster, Time, options, seed: number);
        }
        Leader = Replica(1);
        Standby = Replica(2);
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["spec"]!["stores"] = Node("""[{"name":"s01"},{"name":"s02"},{"name":"s03"}]"""); // it has a spec
        connector["spec"]!.AsObject().Remove("storesFrom");
        connector["spec"]!["flows"] = Node(
            $$"""
            [{"name":"orders","schedule":"{{schedule}}","spread":"0s","startingDeadline":"2m","maxStoresPerRun":{{storesPerRun}}}]
            """
        );
        Cluster.Create(Kinds.Connectors, FleetObjects.Namespace, connector);
        Leader.Start();
        RunFor(TimeSpan.FromSeconds(5));
        Standby.Start();
    }

    public VirtualTime Time { get; }
    public FakeCluster Cluster { get; }
    public OperatorProcess Leader { get; }
    public OperatorProcess Standby { get; }

    /// <summary>The names of the pods in the order of their creation.</summary>
    public List<string> Made { get; } = [];

    public void RunFor(TimeSpan time)
    {
        var end = Time.Elapsed + time;
        do
        {
            while (Leader.Drain() | Standby.Drain()) { }
        } while (Time.FireNext(end));
    }

    public void Dispose()
    {
        Leader.Dispose();
        Standby.Dispose();
        Cluster.Dispose();
    }

    private static JsonNode Node(string json) => JsonNode.Parse(json)!; // it is not null
}
