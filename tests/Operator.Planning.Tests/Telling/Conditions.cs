using Operator.Api;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Telling;

/// <summary>Steps that the tests of conditions share.</summary>
internal static class Conditions
{
    public static Condition? Condition(this World world, string type) =>
        world.Last.ConnectorStatus.Conditions.SingleOrDefault(c => c.Type == type);

    /// <summary>Status and reason of Ready.</summary>
    public static (string Status, string Reason) ReadyIs(this World world) =>
        (world.Ready().Status, world.Ready().Reason);

    public static World EveryFiveMinutes(Func<Flow, Flow>? edit = null)
    {
        var world = new World();
        var flow = new Flow { Name = "orders", Schedule = "*/5 * * * *" };
        world.Connector = world.Connector.With(edit?.Invoke(flow) ?? flow);
        return world;
    }

    /// <summary>A world after one minute of runs with this behaviour.</summary>
    public static World After(Behaviour behaviour)
    {
        var world = new World();
        world.Versions[A.Good] = behaviour;
        world.Run(TimeSpan.FromMinutes(1));
        Given.That(world.Ended.Count > 0, "runs that ended");
        return world;
    }
}
