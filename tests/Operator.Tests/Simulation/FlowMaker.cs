using System.Text.Json.Nodes;

namespace Operator.Tests.Simulation;

/// <summary>A user of some worlds adds a flow, edits its parameters, takes it away and adds it again.</summary>
internal sealed class FlowMaker(SimulatedWorld world, int seed)
{
    public const string Flow = "late";

    // Its own random numbers change nothing else in a world.
    private readonly Random _random = new(seed ^ 0x5f10);

    /// <summary>The flow was taken away: due times went by without it.</summary>
    public bool HasGone { get; private set; }

    /// <summary>Some worlds only; in the others nothing happens.</summary>
    public void Begin(TimeSpan chaos)
    {
        if (seed % 3 != 0)
        {
            return;
        }
        var edits = _random.Next(1, 5);
        for (var i = 0; i < edits; i++)
        {
            world.After(chaos * _random.NextDouble(), Edit);
        }
    }

    private void Edit()
    {
        var mode = _random.Next(4);
        HasGone |= mode == 0;
        world.Tell(mode == 0 ? $"flow {Flow} goes" : $"flow {Flow} with mode {mode}");
        world.Cluster.Edit(
            Kinds.Connectors,
            SimulatedWorld.Key,
            c =>
            {
                var flows = c["spec"]!["flows"]!.AsArray(); // the world's connector has them
                var late = flows.FirstOrDefault(f => f!["name"]!.GetValue<string>() == Flow);
                flows.Remove(late);
                if (mode > 0)
                {
                    var flow = flows[0]!.DeepClone(); // it has one
                    flow["name"] = Flow;
                    flow["parameters"] = new JsonObject { ["mode"] = $"{mode}" };
                    flow.AsObject().Remove("uses");
                    flows.Add(flow);
                }
            }
        );
    }
}
