using System.Text.Json.Nodes;
using Operator.Api;

namespace Operator.Tests.Simulation;

/// <summary>Creates actions as people do; also deletes actions and creates them again, as from a backup.</summary>
internal sealed class ActionMaker(SimulatedWorld world, Random random)
{
    private static readonly string[] Flows = ["", "flow-1", "flow-2"];

    /// <summary>Includes a store that exists in no world.</summary>
    private static readonly string[] Stores = ["s01", "s02", "s03", "l01", "stranger"];

    public void Make(MishapKind kind)
    {
        switch (kind)
        {
            case MishapKind.RunNow:
                Create(Spec(ActionVerb.RunNow));
                break;
            case MishapKind.SuspendByAction:
                var spec = Spec(ActionVerb.Suspend);
                if (random.Next(3) > 0)
                {
                    var until = world.Now.AddSeconds(random.Next(2, 40));
                    spec["until"] = $"{until.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}";
                }
                Create(spec);
                break;
            case MishapKind.UnsuspendByAction:
                Create(Spec(ActionVerb.Unsuspend));
                break;
            case MishapKind.RestoreActions:
                RestoreAll();
                break;
            default:
                throw new System.Diagnostics.UnreachableException(kind.ToString());
        }
    }

    public void LetAllGoOn() => Create(Spec(ActionVerb.Unsuspend, "", []));

    private JsonObject Spec(ActionVerb verb)
    {
        var stores = random.Next(2) == 0 ? [] : Stores.Where(_ => random.Next(3) == 0).ToArray();
        return Spec(verb, Flows[random.Next(Flows.Length)], stores);
    }

    private static JsonObject Spec(ActionVerb verb, string flow, string[] stores)
    {
        var spec = new JsonObject
        {
            ["targetRef"] = new JsonObject { ["kind"] = ApiGroup.ConnectorKind, ["name"] = FleetObjects.Name },
            ["action"] = verb.ToString(),
            ["flow"] = flow,
        };
        if (stores.Length > 0)
        {
            spec["stores"] = new JsonArray([.. stores.Select(s => JsonValue.Create(s))]);
        }
        return spec;
    }

    private void Create(JsonObject spec) => Create($"action-{world.Cluster.All(Kinds.Actions).Length}", spec);

    private void Create(string name, JsonNode spec)
    {
        world.Tell($"{name} {spec.ToJsonString()}");
        world.Cluster.Create(
            Kinds.Actions,
            FleetObjects.Namespace,
            new JsonObject
            {
                ["apiVersion"] = ApiGroup.ApiVersion,
                ["kind"] = ApiGroup.ActionKind,
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = FleetObjects.Namespace },
                ["spec"] = spec,
            }
        );
    }

    private void RestoreAll()
    {
        foreach (var old in world.Cluster.All(Kinds.Actions).ToList())
        {
            world.Cluster.Delete(Kinds.Actions, old.Key);
            Create(old.Name, JsonNode.Parse(old.Json.GetProperty("spec").GetRawText())!); // it has one
        }
    }
}
