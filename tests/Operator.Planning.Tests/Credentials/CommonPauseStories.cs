using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Stores;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Credentials;

/// <summary>Most stores of an application can't authenticate: one run probes for all.</summary>
public sealed class CommonPauseStories
{
    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMinutes(5);

    [Fact]
    public void Pauses_end_within_minutes_of_an_outage_of_the_login()
    {
        var world = LockedOut(TimeSpan.FromMinutes(165));
        world.Versions[A.Good] = new Behaviour();

        world.RunWhatIsDue(TimeSpan.FromMinutes(15));

        Assert.Empty(world.Record.Pauses.Auth);
        Assert.Null(world.Record.Pauses.Common);
    }

    [Fact]
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

    [Fact]
    public void While_the_login_is_out_one_due_run_of_one_store_in_five_minutes_probes_in_turn()
    {
        var world = LockedOut(TimeSpan.FromMinutes(9));
        world.Runs.Clear();

        world.RunWhatIsDue(TimeSpan.FromHours(2));

        Assert.InRange(world.Runs.Count, 20, 24);
        Assert.All(world.Runs, r => Assert.Single(r.Print.Stores));
        Assert.All(world.Runs, r => Assert.StartsWith("s", r.Print.Occasion, StringComparison.Ordinal));
        Assert.All(world.Runs.Zip(world.Runs.Skip(1)), p => Assert.True(p.Second.At - p.First.At >= BetweenProbes));
        Assert.Equal(world.Runs.Count, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
    }

    [Fact]
    public void A_probe_that_gets_in_lets_the_others_run_on_the_same_due_time()
    {
        var world = LockedOut(TimeSpan.FromMinutes(61), Hourly);
        world.Runs.Clear();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(20) };

        world.RunWhatIsDue(TimeSpan.FromMinutes(60));

        var probe = world.Runs[0];
        Assert.Single(probe.Print.Stores);
        Assert.Equal(40, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
        Assert.Single(world.Runs.Select(r => r.Print.Occasion).Distinct());
        Assert.Equal(0, world.Record.Plan("orders").MissedBy.Auth);
    }

    [Fact]
    public void A_probe_that_takes_long_costs_the_others_no_due_time()
    {
        var world = LockedOut(TimeSpan.FromMinutes(61), Hourly);
        world.Runs.Clear();
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromMinutes(8) };

        world.RunWhatIsDue(TimeSpan.FromMinutes(70));

        Assert.Equal(40, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
        Assert.All(
            world.Runs.Skip(1),
            r => Assert.InRange(r.At - world.Runs[0].At, TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(2))
        );
    }

    [Fact]
    public void Due_times_that_are_missed_meanwhile_are_missed_for_the_credentials()
    {
        var world = LockedOut(TimeSpan.FromMinutes(9));
        var before = world.Record.Plan("orders").MissedBy;

        world.RunWhatIsDue(TimeSpan.FromMinutes(60));

        var after = world.Record.Plan("orders").MissedBy;
        Assert.InRange(after.Auth - before.Auth, 11 * 39, 12 * 40);
        Assert.Equal(after.Total - before.Total, after.Auth - before.Auth);
    }

    [Fact]
    public void Stores_that_fail_while_others_get_in_pause_for_themselves()
    {
        var world = Shop(Often);
        var bad = world.Connector.Spec.Stores.Take(24).Select(s => s.Name).ToImmutableHashSet();
        world.Versions[A.Good] = new Behaviour { LockedOut = bad };

        world.RunWhatIsDue(TimeSpan.FromHours(12));

        // For itself a store is tried after 0, 5, 15, 35, 75, 155 and 315 minutes. Others are heard of only after a first common pause.
        Assert.All(
            bad,
            store =>
            {
                var tries = world.Runs.Where(r => r.Print.Stores.Contains(store)).Select(r => r.At).ToList();
                Assert.InRange(tries.Count, 7, 10);
                Assert.True(tries[^1] - tries[^2] > TimeSpan.FromHours(2), "the last pause is short");
            }
        );
    }

    [Fact]
    public void It_is_one_warning_and_one_event_with_a_count_and_the_message_says_what_ends_it_at_once()
    {
        var world = LockedOut(TimeSpan.FromMinutes(30));
        var told = world.Last.ConnectorStatus.Conditions.Single(c => c.Type == Reasons.StoresFailing).Message;
        world.Versions[A.Good] = new Behaviour();

        world.RunWhatIsDue(TimeSpan.FromMinutes(15));

        Assert.Single(world.Events, e => e is { Reason: Reasons.AuthFailed, IsWarning: true });
        Assert.Equal(
            "a store authenticated again: the pauses of 40 stores that failed alike end",
            Assert.Single(world.Events, e => e.Reason == Reasons.Authenticated).Message
        );
        Assert.EndsWith(
            "most stores fail alike, so one due run in 5 minutes tries for all, until one authenticates; a SyncAction RunNow, another "
                + "Secret or keyPrefix in the spec, or a new stable version ends the pauses at once",
            told,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_message_stays_the_same_while_the_login_is_out()
    {
        var world = LockedOut(TimeSpan.FromMinutes(30));
        var messages = new HashSet<string>();

        world.RunWhatIsDue(
            TimeSpan.FromHours(1),
            w => messages.Add(w.Last.ConnectorStatus.Conditions.Single(c => c.Type == Reasons.StoresFailing).Message)
        );

        Assert.Single(messages);
    }

    [Fact]
    public void A_RunNow_ends_it_and_runs_every_store()
    {
        var world = LockedOut(TimeSpan.FromMinutes(30));
        world.Versions[A.Good] = new Behaviour();
        world.Runs.Clear();

        world.Do("now", A.RunNow());
        world.Run(TimeSpan.FromSeconds(10));

        Assert.Equal(40, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
        Assert.Null(world.Record.Pauses.Common);
        Assert.Empty(world.Record.Pauses.Auth);
    }

    [Fact]
    public void Another_Secret_of_the_application_ends_it()
    {
        var world = LockedOut(TimeSpan.FromMinutes(30));
        world.Versions[A.Good] = new Behaviour();
        world.Runs.Clear();

        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Credentials = App("app-2") } };
        world.RunWhatIsDue(TimeSpan.FromMinutes(6));

        Assert.Equal(40, world.Runs.TakeWhile(r => r.At == world.Runs[0].At).Sum(r => r.Print.Stores.Length));
        Assert.Empty(world.Record.Pauses.Auth);
    }

    [Fact]
    public void After_a_suspension_the_next_due_run_is_a_probe()
    {
        var world = LockedOut(TimeSpan.FromMinutes(30));
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = true } };
        world.RunWhatIsDue(TimeSpan.FromMinutes(30));
        world.Runs.Clear();

        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Suspend = false } };
        world.RunWhatIsDue(TimeSpan.FromMinutes(6));

        Assert.Single(Assert.Single(world.Runs.DistinctBy(r => r.Print.Occasion)).Print.Stores);
    }

    [Fact]
    public void A_probe_needs_calls_of_its_quota()
    {
        var world = Shop(Often with { Uses = [new ApiUse { Api = "orders", CallsPerStore = 1 }] });
        var quota = new Quota
        {
            Api = "orders",
            Rate = new Rate("1/1200s"),
            Burst = 1,
            Scope = QuotaScope.Store,
        };
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Quotas = [quota] } };
        world.Versions[A.Good] = LocksOut(world);
        world.RunWhatIsDue(TimeSpan.FromMinutes(16));
        Given.That(world.Record.Pauses.Common is not null, "a common pause");
        // No store has a call before 20 minutes are over.
        Assert.Equal(0, world.Record.Pauses.Common!.Probes);

        world.RunWhatIsDue(TimeSpan.FromMinutes(60));

        Assert.InRange(world.Record.Pauses.Common!.Probes, 8, 12);
    }

    [Fact]
    public void A_RunNow_of_one_store_that_gets_in_ends_the_pauses_of_all()
    {
        var world = LockedOut(TimeSpan.FromMinutes(30));
        world.Versions[A.Good] = new Behaviour();
        world.Runs.Clear();

        world.Do("now", A.RunNow("orders", "store-007"));
        world.RunWhatIsDue(TimeSpan.FromMinutes(6));

        Assert.Equal(["store-007"], world.Runs[0].Print.Stores);
        Assert.Empty(world.Record.Pauses.Auth);
        Assert.Contains(world.Events, e => e.Reason == Reasons.Authenticated);
    }

    [Fact]
    public void A_version_that_signs_in_again_is_promoted_and_leaves_no_pause()
    {
        var world = Shop(Often);
        world.Rollout = Worlds.Steps("20%", "100%");
        world.RunWhatIsDue(TimeSpan.FromMinutes(11));
        world.Versions[A.Good] = LocksOut(world);
        // As many items as stable fails: a version that does more waits for a person.
        world.Versions[A.Better] = new Behaviour { Ok = 1 };
        world.ShipImage(A.Better);

        var most = 0;
        world.RunWhatIsDue(TimeSpan.FromHours(24), w => most = Math.Max(most, w.Record.Pauses.Auth.Count));

        Given.That(most > 20, "stores that pause on stable");
        Assert.Equal(AttemptOutcome.Promoted, Assert.Single(world.Record.Attempts.History).Outcome);
        Assert.Empty(world.Record.Pauses.Auth);
        Assert.Null(world.Record.Pauses.Common);
    }

    [Theory]
    [InlineData(-1, false)] // it may have signed in before the login went down
    [InlineData(0, true)]
    [InlineData(60, true)]
    public void Only_a_run_that_began_afterwards_ends_it(int secondsAfter, bool isEnd)
    {
        var since = new DateTimeOffset(2026, 11, 24, 12, 5, 0, TimeSpan.Zero);
        var now = since.AddHours(1);
        var pause = new AuthPause
        {
            Failures = 4,
            Since = since,
            Until = since.AddHours(3),
        };
        var earlier = pause with { Since = since.AddDays(-1) };
        var record = new ConnectorRecord
        {
            Pauses = new PauseBook
            {
                Auth = new[] { ("a", pause), ("b", pause), ("own", earlier) }.ToImmutableSortedDictionary(
                    p => p.Item1,
                    p => p.Item2,
                    StringComparer.Ordinal
                ),
                Common = new CommonPause { Since = since, NextProbe = now },
            },
        };

        var after = CommonPauses.GotIn(record, "c", since.AddSeconds(secondsAfter), now).Pauses;

        Assert.Equal(isEnd, after.Common is null);
        Assert.Equal(isEnd ? now : pause.Until, after.Auth["a"].Until);
        Assert.Equal(isEnd ? 1 : 4, after.Auth["b"].Failures);
        Assert.Equal(earlier, after.Auth["own"]);
    }

    [Fact]
    public void Ten_thousand_stores_cost_a_few_commits()
    {
        var world = Shop(Often with { MaxStoresPerRun = 50, MaxConcurrentRuns = 200 }, stores: 10_000);
        world.Versions[A.Good] = LocksOut(world);
        world.RunWhatIsDue(TimeSpan.FromMinutes(9));
        Given.That(world.Record.Pauses.Common is not null, "a common pause");
        var commits = world.Record.Counter;

        world.RunWhatIsDue(TimeSpan.FromMinutes(10));

        // Two due times: each is opened, probed and closed.
        Assert.InRange(world.Record.Counter - commits, 2, 8);
        Assert.Equal(2, world.Runs.Count(r => r.Print.Stores.Length == 1));
    }

    private static Flow Often { get; } =
        new()
        {
            Name = "orders",
            Schedule = "*/5 * * * *",
            MaxStoresPerRun = 25,
        };

    private static Flow Hourly { get; } = Often with { Schedule = "0 * * * *" };

    private static AppCredentials App(string secret) =>
        new() { SecretRef = new LocalObjectReference { Name = secret } };

    private static Behaviour LocksOut(World world) =>
        new() { LockedOut = [.. world.Connector.Spec.Stores.Select(s => s.Name)] };

    private static World Shop(Flow flow, int stores = 40)
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, stores).With(flow);
        world.Connector = world.Connector with { Spec = world.Connector.Spec with { Credentials = App("app") } };
        return world;
    }

    /// <summary>40 stores of one application whose credentials the marketplace refuses.</summary>
    private static World LockedOut(TimeSpan time, Flow? flow = null)
    {
        var world = Shop(flow ?? Often);
        world.Versions[A.Good] = LocksOut(world);
        world.RunWhatIsDue(time);
        Given.That(world.Record.Pauses.Auth.Count == 40, "stores that pause");
        Given.That(world.Record.Pauses.Common is not null, "a common pause");
        return world;
    }
}
