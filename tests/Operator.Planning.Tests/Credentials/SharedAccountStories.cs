using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Credentials;

/// <summary>One seller account under two names: its runs never overlap, and somebody is told.</summary>
public sealed class SharedAccountStories
{
    private static readonly StoreCredentials Acme = Account("acme.");

    [Fact]
    public void An_account_that_is_listed_twice_is_a_finding_that_stops_nothing()
    {
        var finding = Assert.Single(new ConnectorRules(new ConnectorRuleOptions()).Check(Twice().Connector));

        Assert.True(finding.IsAdvice);
        Assert.Equal("spec.stores[1].credentials.secretRef", finding.Path);
        Assert.Contains("'acme-eu' and 'acme-de' have one account", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_prefixes_and_a_suspended_store_are_no_finding()
    {
        var world = Twice();
        world.Connector = world.Connector.WithStores(
            Named("a", "a."),
            Named("b", "b."),
            Named("b2", "b.") with
            {
                Suspend = true,
            }
        );

        Assert.Empty(new ConnectorRules(new ConnectorRuleOptions()).Check(world.Connector));
    }

    [Fact]
    public void An_account_that_is_listed_twice_is_run_once_at_a_time()
    {
        var world = Twice();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(5) };

        world.Run(TimeSpan.FromSeconds(12));

        Assert.Single(world.Runs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void Both_names_of_an_account_are_synced_on_each_due_time_one_after_the_other(int storesPerRun)
    {
        var world = Twice(storesPerRun);
        world.ChecksSpec = true;
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(3) };

        world.Run(TimeSpan.FromMinutes(2));

        Assert.All(world.Runs, r => Assert.Single(r.Print.Stores));
        Assert.All(
            world.Runs.Zip(world.Runs.Skip(1)),
            pair => Assert.True(pair.Second.At - pair.First.At >= TimeSpan.FromSeconds(4), world.Story)
        );
        Assert.InRange(world.Runs.Count(r => r.Print.Stores.Contains("acme-de")), 10, 12);
        Assert.InRange(world.Runs.Count(r => r.Print.Stores.Contains("acme-eu")), 10, 12);
        Assert.Equal("True", world.Ready().Status);
        var told = Assert.Single(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.AccountShared);
        Assert.Contains("Secret 'sellers', keyPrefix 'acme.'", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_one_run_takes_all_the_time_the_names_take_turns_and_the_other_one_misses_by_concurrency()
    {
        var world = Twice();
        world.Connector = world.Connector.With(
            A.Flow() with
            {
                Schedule = "@every 30s",
                MaxStoresPerRun = 1,
                StartingDeadline = new Duration("10s"),
            }
        );
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(20) };

        world.Run(TimeSpan.FromMinutes(10));

        var (eu, de) = (Count(world, "acme-eu"), Count(world, "acme-de"));
        Assert.InRange(eu - de, -1, 1);
        var missed = world.Record.Plan("orders").MissedBy;
        Assert.True(missed.Concurrency > 10);
        Assert.Equal(missed.Concurrency, missed.Total);
    }

    [Theory]
    [InlineData("acme-de")]
    [InlineData("a-store-with-the-longest-name-that-a-store-can-have-63-characte")]
    public void A_store_that_is_renamed_waits_for_its_former_self(string name)
    {
        var (world, end) = UnderWay();

        world.Connector = world.Connector.WithStores(new Store { Name = name, Credentials = Acme });
        world.Run(TimeSpan.FromSeconds(30));

        var first = world.Runs.First(r => r.Print.Stores.Contains(name));
        Assert.InRange(first.At, end, end.AddSeconds(30));
    }

    [Fact]
    public void A_store_that_takes_over_an_account_waits_for_the_run_of_the_one_that_had_it()
    {
        var (world, end) = UnderWay();

        world.Connector = world.Connector.WithStores(
            Named("acme-eu", "other."),
            new Store { Name = "acme-de", Credentials = Acme }
        );
        world.Run(TimeSpan.FromSeconds(60));

        Assert.InRange(world.Runs.First(r => r.Print.Stores.Contains("acme-de")).At, end, end.AddSeconds(30));
    }

    [Fact]
    public void A_store_of_a_list_that_is_renamed_waits_for_its_former_self()
    {
        var world = new World();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Stores = [], StoresFrom = A.StoresFrom("eu/stores") },
        };
        world.StoreLists = [ListOf("1", "acme-eu")];
        var end = UnderWay(world);

        world.StoreLists = [ListOf("2", "acme-de")];
        world.Run(TimeSpan.FromSeconds(30));

        Assert.InRange(world.Runs.First(r => r.Print.Stores.Contains("acme-de")).At, end, end.AddSeconds(30));
    }

    /// <summary>The planner that saw the rename is gone; the next one knows it from the record.</summary>
    [Fact]
    public void A_restart_after_a_rename_forgets_nothing()
    {
        var (world, end) = UnderWay();
        world.Connector = world.Connector.WithStores(new Store { Name = "acme-de", Credentials = Acme });
        world.Step(crashAfter: 1);
        Given.That(!world.Record.Stores.Former.IsEmpty, "a noted account");

        world.Now += TimeSpan.FromSeconds(2);
        world.PlanningSince = world.Now;
        world.Run(TimeSpan.FromSeconds(30));

        Assert.InRange(world.Runs.First(r => r.Print.Stores.Contains("acme-de")).At, end, end.AddSeconds(30));
    }

    [Fact]
    public void Former_accounts_are_forgotten_with_their_runs()
    {
        var (world, _) = UnderWay();
        world.Connector = world.Connector.WithStores(new Store { Name = "acme-de", Credentials = Acme });
        world.Run(TimeSpan.FromSeconds(5));
        Given.That(!world.Record.Stores.Former.IsEmpty, "a noted account");

        world.Run(TimeSpan.FromMinutes(5));

        Assert.Empty(world.Record.Stores.Former);
    }

    [Fact]
    public void The_run_of_a_name_that_is_suspended_keeps_the_other_one_waiting()
    {
        var world = Twice();
        var end = UnderWay(world);

        world.Connector = world.Connector.WithStores(
            new Store
            {
                Name = "acme-eu",
                Credentials = Acme,
                Suspend = true,
            },
            new Store { Name = "acme-de", Credentials = Acme }
        );
        world.Run(TimeSpan.FromSeconds(60));

        var first = world.Runs.Last(r => r.Print.Stores.Contains("acme-eu"));
        Assert.DoesNotContain(
            world.Runs,
            r => r.Print.Stores.Contains("acme-de") && r.At > first.At && r.At < first.At.AddSeconds(25)
        );
        Assert.Contains(world.Runs, r => r.Print.Stores.Contains("acme-de") && r.At >= end);
        Assert.DoesNotContain(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.AccountShared);
    }

    [Fact]
    public void An_account_of_another_connector_is_told()
    {
        var world = new World { AccountsElsewhere = [new AccountElsewhere("store-001", "amazon-us", "orders")] };

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal("True", world.Ready().Status);
        var told = Assert.Single(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.AccountShared);
        Assert.StartsWith("connector 'amazon-us' runs flow 'orders'", told.Message, StringComparison.Ordinal);
        Assert.Single(world.Events, e => e is { Reason: Reasons.AccountShared, IsWarning: true });
    }

    [Fact]
    public void Ten_thousand_stores_with_accounts_of_their_own_run_as_before()
    {
        var world = new World();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Stores = [], StoresFrom = A.StoresFrom("eu/stores") },
        };
        world.Connector = world.Connector.With(A.Flow() with { MaxStoresPerRun = 50, MaxConcurrentRuns = 1000 });
        var names = Enumerable.Range(0, 10_000).Select(i => $"store-{i:00000}").ToArray();
        world.StoreLists =
        [
            A.StoreList("eu/stores", "1") with
            {
                Stores = [.. names.Select((n, i) => Named(n, i == 9_999 ? "p0." : $"p{i}."))],
            },
        ];
        world.Step();
        world.Now += TimeSpan.FromSeconds(10);

        world.Step();

        // The last store has the account of the first, and waits for its run.
        Assert.Equal(9_999, world.Runs.Sum(r => r.Print.Stores.Length));
    }

    private static int Count(World world, string store) => world.Runs.Count(r => r.Print.Stores.Contains(store));

    private static StoreCredentials Account(string prefix) =>
        new()
        {
            SecretRef = new StoreSecretReference { Name = "sellers", KeyPrefix = prefix },
        };

    private static Store Named(string name, string prefix) => new() { Name = name, Credentials = Account(prefix) };

    private static StoreListSight ListOf(string hash, string name) =>
        A.StoreList("eu/stores", hash) with
        {
            Stores = [new Store { Name = name, Credentials = Acme }],
        };

    private static (World World, DateTimeOffset End) UnderWay()
    {
        var world = new World();
        world.Connector = world.Connector.WithStores(new Store { Name = "acme-eu", Credentials = Acme });
        return (world, UnderWay(world));
    }

    /// <summary>A run of 25 s that is under way; returns its end.</summary>
    private static DateTimeOffset UnderWay(World world)
    {
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(25) };
        world.Run(TimeSpan.FromSeconds(45));
        var end = world.Runs[^1].At.AddSeconds(26);
        Given.That(end > world.Now, "a run under way");
        return end;
    }

    private static World Twice(int storesPerRun = 1)
    {
        var world = new World();
        world.Connector = world
            .Connector.WithStores(
                new Store { Name = "acme-eu", Credentials = Acme },
                new Store { Name = "acme-de", Credentials = Acme }
            )
            .With(A.Flow() with { MaxStoresPerRun = storesPerRun });
        return world;
    }
}
