using Operator.Api;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Credentials;

/// <summary>Which of several stores with one account goes first.</summary>
public sealed class SharedAccountTurnStories
{
    private static readonly StoreCredentials Shared = Account("shared.");

    /// <summary>
    /// Spread puts the first name late and the second one early. There is time for both, one after the other, so neither misses.
    /// </summary>
    [Fact]
    public void A_store_that_is_not_due_yet_keeps_no_other_one_of_its_account_waiting()
    {
        var world = Spread();
        world.RunWhatIsDue(TimeSpan.FromMinutes(6));
        var at = world.Runs.ToDictionary(r => r.Print.Stores[0], r => r.At);
        var (late, early) = at
            .Keys.SelectMany(a => at.Keys.Select(b => (Late: a, Early: b)))
            .First(p =>
                string.CompareOrdinal(p.Late, p.Early) < 0 && at[p.Late] - at[p.Early] > TimeSpan.FromSeconds(25)
            );

        world = Spread(late, early);
        world.RunWhatIsDue(TimeSpan.FromMinutes(32));

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
    }

    /// <summary>A backfill runs again and again at once. The other name of the account has its turn first.</summary>
    [Fact]
    public void A_backfill_of_one_name_costs_the_other_one_no_due_time()
    {
        var world = new World();
        world.Connector = world
            .Connector.WithStores(Named("acme-de", Shared), Named("acme-eu", Shared))
            .With(A.Flow() with { Schedule = "*/5 * * * *", StartingDeadline = new Duration("2m") });
        world.Versions[A.Good] = new Behaviour { HasMore = true, Duration = TimeSpan.FromSeconds(10) };

        world.RunWhatIsDue(TimeSpan.FromMinutes(30));

        Given.That(world.Runs.Count > 40, "runs that follow each other");
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
    }

    private static StoreCredentials Account(string prefix) =>
        new()
        {
            SecretRef = new StoreSecretReference { Name = "sellers", KeyPrefix = prefix },
        };

    private static Store Named(string name, StoreCredentials account) => new() { Name = name, Credentials = account };

    /// <summary>Eight stores, of which the given ones have one account.</summary>
    private static World Spread(params string[] twins)
    {
        var world = new World();
        world.Connector = world
            .Connector.WithStores(
                Enumerable
                    .Range(1, 8)
                    .Select(i => $"store-{i}")
                    .Select(n => Named(n, twins.Contains(n) ? Shared : Account($"{n}.")))
            )
            .With(
                A.Flow() with
                {
                    Schedule = "*/5 * * * *",
                    Spread = new Duration("60s"),
                    StartingDeadline = new Duration("2m"),
                    Timeout = new Duration("4m"),
                    MaxStoresPerRun = 1,
                }
            );
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(100) };
        return world;
    }
}
