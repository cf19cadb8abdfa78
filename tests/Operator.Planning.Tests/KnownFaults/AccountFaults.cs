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

    [KnownFault("4 of 11", 16)]
    public void Pauses_end_within_minutes_of_an_outage_of_the_login()
    {
        var world = LockedOut(TimeSpan.FromMinutes(165));
        world.Versions[A.Good] = new Behaviour();

        world.RunWhatIsDue(TimeSpan.FromMinutes(15));

        Assert.Empty(world.Record.Pauses.Auth);
    }

    [KnownFault("4 of 11", 16)]
    public void One_store_that_gets_in_ends_the_pauses_of_its_application()
    {
        var world = LockedOut(TimeSpan.FromMinutes(170));
        // A user fixes the application's Secret and adds a store at the same time.
        world.Versions[A.Good] = new Behaviour();
        world.Connector = world.Connector.WithStores(world.Connector.Spec.Stores.Add(new Store { Name = "new-store" }));

        world.RunWhatIsDue(TimeSpan.FromMinutes(10));

        Given.That(world.Record.Ledger("orders").Stores["new-store"].LastOkSlot is not null, "a store that got in");
        Assert.Empty(world.Record.Pauses.Auth);
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

    /// <summary>40 stores of one application whose credentials the marketplace refuses.</summary>
    private static World LockedOut(TimeSpan time)
    {
        var world = new World();
        var flow = new Flow
        {
            Name = "orders",
            Schedule = "*/5 * * * *",
            MaxStoresPerRun = 25,
        };
        world.Connector = world.Connector.With(flow);
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Credentials = new AppCredentials { SecretRef = new LocalObjectReference { Name = "app" } },
            },
        };
        world.Versions[A.Good] = new Behaviour { LockedOut = [.. world.Connector.Spec.Stores.Select(s => s.Name)] };
        world.RunWhatIsDue(time);
        Given.That(world.Record.Pauses.Auth.Count == 40, "stores that pause");
        return world;
    }
}
