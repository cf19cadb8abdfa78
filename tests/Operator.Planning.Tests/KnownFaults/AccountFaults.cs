using Operator.Api;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults with credentials that many stores share.</summary>
public sealed class AccountFaults
{
    private static readonly StoreCredentials Acme = new()
    {
        SecretRef = new StoreSecretReference { Name = "sellers", KeyPrefix = "acme." },
    };

    [KnownFault("4 of 11", 27)]
    public void An_account_that_is_listed_twice_is_a_finding() =>
        Assert.NotEmpty(new ConnectorRules(new ConnectorRuleOptions()).Check(Twice().Connector));

    [KnownFault("4 of 11", 27)]
    public void An_account_that_is_listed_twice_is_run_once_at_a_time()
    {
        var world = Twice();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(5) };

        world.Run(TimeSpan.FromSeconds(12));

        Assert.Single(world.Runs);
    }

    [KnownFault("4 of 11", 27)]
    public void A_store_that_is_renamed_waits_for_its_former_self()
    {
        var world = new World();
        world.Connector = world.Connector.WithStores(new Store { Name = "acme-eu", Credentials = Acme });
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(25) };
        world.Run(TimeSpan.FromSeconds(45));
        var end = world.Runs[^1].At.AddSeconds(26);
        Given.That(end > world.Now, "a run under way");

        world.Connector = world.Connector.WithStores(new Store { Name = "acme-de", Credentials = Acme });
        world.Run(TimeSpan.FromSeconds(30));

        var first = world.Runs.First(r => r.Print.Stores.Contains("acme-de"));
        Assert.InRange(first.At, end, end.AddSeconds(30));
    }

    private static World Twice()
    {
        var world = new World();
        world.Connector = world
            .Connector.WithStores(
                new Store { Name = "acme-eu", Credentials = Acme },
                new Store { Name = "acme-de", Credentials = Acme }
            )
            .With(A.Flow() with { MaxStoresPerRun = 1 });
        return world;
    }
}
