using Operator.Api;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults with credentials that many stores share.</summary>
public sealed class AccountFaults
{
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
