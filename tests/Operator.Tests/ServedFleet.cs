using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>
/// A connector with three stores and one flow every ten seconds, and a real operator, in virtual time. Store s02 cannot
/// authenticate; s03 is suspended.
/// </summary>
internal sealed class ServedFleet : IDisposable
{
    public const string Flow = "orders";
    private readonly OneOperator _operator = new(new DateTimeOffset(2026, 11, 24, 12, 0, 5, TimeSpan.Zero));

    public ServedFleet()
    {
        Create(FleetObjects.Name);
        _operator.Start();
    }

    public VirtualTime Time => _operator.Time;
    public FakeCluster Cluster => _operator.Cluster;
    public static ObjectKey Key { get; } = new(FleetObjects.Namespace, FleetObjects.Name);
    public IEnumerable<string> Log => _operator.Log;

    public void Create(string name)
    {
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["metadata"]!["name"] = name; // a fleet's connector has all of these
        connector["spec"]!["sync"]!["image"] = FleetObjects.Image("locked");
        connector["spec"]!["stores"] = JsonNode.Parse(
            """[{"name":"s01"},{"name":"s02"},{"name":"s03","suspend":true}]"""
        );
        connector["spec"]!.AsObject().Remove("storesFrom");
        connector["spec"]!["flows"] = JsonNode.Parse(
            """[{"name":"orders","schedule":"@every 10s","startingDeadline":"8s","startTimeout":"6s","timeout":"20s"}]"""
        );
        Cluster.Create(Kinds.Connectors, FleetObjects.Namespace, connector);
    }

    public void RunFor(TimeSpan time) => _operator.RunFor(time);

    /// <summary>Stops the operator and starts another one after <paramref name="time"/>.</summary>
    public void Sleep(TimeSpan time) => _operator.Sleep(time);

    public void Dispose() => _operator.Dispose();
}
