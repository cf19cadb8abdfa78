using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>In some worlds two stores have one account, and people rename one of them again and again.</summary>
internal sealed class AccountMaker(SimulatedWorld world, int seed)
{
    private const string Account = "sellers/acme";
    private const string First = "s01";
    private const string Second = "s02";

    // Its own random numbers change nothing else in a world.
    private readonly Random _random = new(seed ^ 0x27ac);
    private int _renamed;

    public bool HasRenamed => _renamed > 0;

    private bool IsOn => seed % 4 == 2;

    /// <summary>The account of a store of the world, also of one that is listed no more; null: it has one for itself.</summary>
    public string? AccountOf(string store) =>
        IsOn && (store == First || store.StartsWith(Second, StringComparison.Ordinal)) ? Account : null;

    /// <summary>The connector with the credentials of the two stores.</summary>
    public JsonObject With(JsonObject connector)
    {
        foreach (var store in connector["spec"]!["stores"]!.AsArray()) // the world's connector has them
        {
            if (AccountOf(store!["name"]!.GetValue<string>()) is not null)
            {
                store["credentials"] = new JsonObject
                {
                    ["secretRef"] = new JsonObject
                    {
                        ["name"] = "sellers",
                        ["keyPrefix"] = "acme.",
                        // Marketplace Custom has no keys of its own: without these the two stores would stand still.
                        ["keys"] = new JsonArray("token"),
                    },
                };
            }
        }
        return connector;
    }

    /// <summary>Runs of the account last longer than from one due time to the next, or a rename would seldom meet one.</summary>
    public PodScript Lengthened(PodScript script, KubeObject pod)
    {
        var stores = Gathering.PodProjection.Of(pod).Pod.Fingerprint?.Stores ?? [];
        var isShared = script.RunsFor is not null && stores.Any(s => AccountOf(s) is not null);
        return isShared ? script with { RunsFor = script.RunsFor * 4 } : script;
    }

    /// <summary>Where stores run, those of the account do too, or a watch over them sees nothing.</summary>
    public bool HaveRun(IEnumerable<string> ran)
    {
        var stores = ran.ToHashSet(StringComparer.Ordinal);
        return !IsOn || stores.Count == 0 || stores.Any(s => AccountOf(s) is not null);
    }

    public void Begin(TimeSpan chaos)
    {
        for (var i = IsOn ? _random.Next(1, 4) : 0; i > 0; i--)
        {
            world.After(chaos * _random.NextDouble(), Rename);
        }
    }

    private void Rename()
    {
        var name = $"{Second}-{++_renamed}";
        world.Tell($"store {Second} is {name} now");
        world.Cluster.Edit(
            Kinds.Connectors,
            SimulatedWorld.Key,
            c =>
            {
                var stores = c["spec"]!["stores"]!.AsArray(); // the world's connector has them
                var store = stores.First(s =>
                    s!["name"]!.GetValue<string>().StartsWith(Second, StringComparison.Ordinal)
                );
                store!["name"] = name;
            }
        );
    }
}
