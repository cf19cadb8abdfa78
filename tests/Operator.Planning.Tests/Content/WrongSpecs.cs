using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Content;

/// <summary>Specs with one wrong part, and worlds to try them in.</summary>
internal static class WrongSpecs
{
    public const string Impossible = "0 0 30 2 *";

    public static World Settled(int stores = 4)
    {
        var world = New(stores);
        world.Run(TimeSpan.FromSeconds(25));
        Given.That(world.Record.Revisions.StableIsProven, "a proven stable");
        Given.That(world.Ready().Status == "True", world.Ready().Message);
        world.Runs.Clear();
        world.Events.Clear();
        return world;
    }

    public static World New(int stores)
    {
        var world = new World { ChecksSpec = true };
        var connector = A.Connector(world.Now, stores).With(A.Flow(), A.Flow("prices"), A.Flow("stock"));
        world.Connector = connector with { Spec = connector.Spec with { Marketplace = Marketplace.Custom } };
        return world;
    }

    public static ConnectorSpec Wrong(ConnectorSpec spec, string edit)
    {
        ConnectorSpec Prices(Func<Flow, Flow> change) =>
            spec with
            {
                Flows = [.. spec.Flows.Select(f => f.Name == "prices" ? change(f) : f)],
            };
        ConnectorSpec Store2(Func<Store, Store> change) =>
            spec with
            {
                Stores = [.. spec.Stores.Select(s => s.Name == "store-002" ? change(s) : s)],
            };
        ConnectorSpec Using(Quota quota, params IEnumerable<string> flows) =>
            spec with
            {
                Quotas = [quota],
                Flows =
                [
                    .. spec.Flows.Select(f =>
                        flows.Contains(f.Name) ? f with { Uses = [new ApiUse { Api = quota.Api }] } : f
                    ),
                ],
            };
        return edit switch
        {
            "an impossible schedule" => Prices(f => f with { Schedule = Impossible }),
            "both kinds of day" => Prices(f => f with { Schedule = "0 0 13 * 5" }),
            "an unknown zone" => Prices(f => f with { Schedule = "* * * * *", TimeZone = "Mars/Base" }),
            "a timeout that is no duration" => Prices(f => f with { Timeout = new Duration("soon") }),
            "no places" => Prices(f => f with { MaxConcurrentRuns = 0 }),
            "a use of an unknown quota" => Prices(f => f with { Uses = [new ApiUse { Api = "x" }] }),
            "a quota that is no rate" => Using(new Quota { Api = "x", Rate = new Rate("0/0s") }, "prices"),
            "a quota that never suffices" => Using(new Quota { Api = "x", Rate = new Rate("1/1h") }, "prices"),
            "a quota that both exceed" => Using(new Quota { Api = "x", Rate = new Rate("1/8s") }, "orders", "prices"),
            "a quota that nobody uses" => Using(new Quota { Api = "x", Rate = new Rate("0/0s") }),
            "a store with a bad site" => Store2(s => s with { Sites = ["no site!"] }),
            "a store twice" => spec with { Stores = spec.Stores.Add(new Store { Name = "store-002" }) },
            "a store without a Secret's name" => Store2(s => s with { Credentials = new StoreCredentials() }),
            "an image" => spec with { Sync = spec.Sync with { Image = "no image!" } },
            "a variable" => spec with { Sync = spec.Sync with { Env = [new EnvVar { Name = "A" }] } },
            "parameters" => Prices(f =>
                f with
                {
                    Parameters = ImmutableSortedDictionary<string, string>.Empty.Add("a", new string('x', 5000)),
                }
            ),
            _ => throw new ArgumentOutOfRangeException(nameof(edit), edit, message: null),
        };
    }
}
