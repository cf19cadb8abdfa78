using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Quotas;

/// <summary>What one version says of its calls, true or not, stops no other version.</summary>
public sealed class ReportedCallsStories
{
    private const string Orders = "orders.searchOrders";
    private const string Listing = "order.get_order_list";
    private const string Fulfillment = "sell.fulfillment";
    private static readonly Behaviour SaysSpent = new() { ReportsAlso = $"\"spent\":[\"{Fulfillment}\"]" };

    [Fact]
    public void A_candidates_spent_leaves_stable_running()
    {
        var world = Shop(Marketplace.Ebay, Fulfillment, "@every 10s");
        Ship(world, "5%");

        world.Run(TimeSpan.FromMinutes(5));

        Given.That(world.Runs.Any(r => r.Arm == Arm.Candidate), "a candidate that runs");
        var lastOnStable = world.Runs.Where(r => r.Arm == Arm.Stable).Max(r => r.At);
        var lastOnCandidate = world.Runs.Where(r => r.Arm == Arm.Candidate).Max(r => r.At);
        Assert.InRange(world.Now - lastOnStable, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.InRange(world.Now - lastOnCandidate, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.QuotaSpent);
    }

    [Fact]
    public void Where_no_store_runs_stable_a_candidates_spent_holds_its_runs_for_an_hour()
    {
        var world = AllOnTheCandidate();
        world.Run(TimeSpan.FromMinutes(1));
        var told = Assert.Single(world.Last.ConnectorStatus.Conditions, c => c.Type == Reasons.QuotaSpent);
        Assert.StartsWith(
            "the candidate says that the day's calls of 'sell.fulfillment' are used up",
            told.Message,
            StringComparison.Ordinal
        );
        world.Runs.Clear();

        world.Run(TimeSpan.FromMinutes(5));
        var held = world.Runs.Count;
        world.Now += TimeSpan.FromMinutes(55);
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(0, held);
        Assert.Contains(world.Runs, r => r.Arm == Arm.Candidate);
    }

    [Fact]
    public void The_end_of_the_attempt_ends_what_its_candidate_said()
    {
        var world = AllOnTheCandidate();
        world.Run(TimeSpan.FromMinutes(1));
        world.Runs.Clear();

        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Null(world.Attempt);
        Assert.Equal(3, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
    }

    [Fact]
    public void A_cohort_that_runs_stable_is_not_held_by_what_its_candidate_said()
    {
        var world = AllOnTheCandidate();
        world.Run(TimeSpan.FromMinutes(1));
        world.Runs.Clear();

        world.Rollout = new RolloutSight.Unusable("amazon-eu", "rollout-1", "no steps", A.Rollout());
        world.Run(TimeSpan.FromSeconds(30));

        Assert.Contains(world.Runs, r => r.Arm == Arm.Stable);
        Assert.All(world.Runs, r => Assert.Equal(Arm.Stable, r.Arm));
    }

    [Fact]
    public void A_wrong_count_of_calls_is_no_more_than_the_run_can_have_made()
    {
        var world = Shop(Marketplace.Amazon, Orders, "@every 10m");
        world.Versions[A.Good] = new Behaviour { ReportsAlso = $"\"calls\":{{\"{Orders}\":4000000}}" };

        world.Run(TimeSpan.FromMinutes(11));

        // A full bucket holds 20 calls, one in 180 s comes back: after an hour it is full again.
        var fullAt = world.Record.Quotas.Of(Orders).FullAt.Values.DefaultIfEmpty().Max();
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(fullAt), world.Now, world.Now + TimeSpan.FromHours(1));
    }

    [Fact]
    public void A_count_of_calls_overflows_nothing()
    {
        var world = Shop(Marketplace.Walmart, "feeds.promo", "@every 10m");
        world.Connector = world.Connector.With(
            world.Connector.Spec.Flows[0] with
            {
                MaxStoresPerRun = 1,
                MaxConcurrentRuns = 40,
            }
        );
        world.Versions[A.Good] = new Behaviour { ReportsAlso = "\"calls\":{\"feeds.promo\":100000000}" };

        world.Run(TimeSpan.FromMinutes(30));

        Assert.NotEmpty(world.Ended);
        Assert.All(world.Ended, e => Assert.Null(e.Ending.Fault));
    }

    [Fact]
    public void A_day_that_was_spent_before_midnight_holds_nobody_after_it()
    {
        var world = Shop(Marketplace.Shopee, Listing, "@every 10s");
        // Midnight in Singapore is 16:00Z.
        world.Now = new DateTimeOffset(2026, 11, 24, 15, 59, 30, TimeSpan.Zero);
        world.Connector = world.Connector with
        {
            Metadata = world.Connector.Metadata with { CreationTimestamp = world.Now },
        };
        world.Versions[A.Good] = new Behaviour
        {
            Duration = TimeSpan.FromSeconds(25),
            ReportsAlso = $"\"spent\":[\"{Listing}\"]",
        };
        world.Run(TimeSpan.FromSeconds(20));
        Given.That(world.Runs.Count > 0, "runs that start before midnight");
        world.Versions[A.Good] = new Behaviour();

        world.Run(TimeSpan.FromMinutes(3));

        Assert.Null(world.Record.Quotas.Of(Listing).SpentUntil);
    }

    private static World Shop(Marketplace marketplace, string api, string schedule)
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        var flow = A.Flow() with { Schedule = schedule, Uses = [new ApiUse { Api = api, CallsPerStore = 1 }] };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Marketplace = marketplace, Flows = [flow] },
        };
        return world;
    }

    /// <summary>Without coins, and of three stores, none stays on stable.</summary>
    private static World AllOnTheCandidate()
    {
        var world = Shop(Marketplace.Ebay, Fulfillment, "@every 10s");
        var spec = world.Connector.Spec;
        world.Connector = world.Connector with { Spec = spec with { Stores = [.. spec.Stores.Take(3)] } };
        Ship(world, "100%", control: "0%");
        return world;
    }

    /// <summary>Rolls out a version that says that the calls of the day are used up, in one step that takes long.</summary>
    private static void Ship(World world, string stores, string control = "50%")
    {
        world.Run(TimeSpan.FromSeconds(25));
        Given.That(world.Record.Revisions.StableIsProven, "a proven stable");
        var step = new RolloutStep { Stores = new StoreShare(stores), MinDuration = new Duration("24h") };
        var policy = A.Rollout();
        var analysis = policy.Spec.Analysis with { Control = new Percent(control) };
        world.Rollout = new RolloutSight.Present(
            policy with
            {
                Spec = policy.Spec with { Steps = [step], Analysis = analysis },
            }
        );
        world.Versions[A.Bad] = SaysSpent;
        world.ShipImage(A.Bad);
    }
}
