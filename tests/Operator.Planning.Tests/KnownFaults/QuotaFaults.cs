using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults in counting the calls that runs report.</summary>
public sealed class QuotaFaults
{
    private const string Orders = "orders.searchOrders";
    private const string Listing = "order.get_order_list";
    private const string Fulfillment = "sell.fulfillment";

    [KnownFault("2 of 11", 4)]
    public void A_candidates_spent_leaves_stable_running()
    {
        var world = Shop(Marketplace.Ebay, Fulfillment, "@every 10s");
        world.Run(TimeSpan.FromSeconds(25));
        Given.That(world.Record.Revisions.StableIsProven, "a proven stable");
        world.Versions[A.Bad] = new Behaviour { ReportsAlso = $"\"spent\":[\"{Fulfillment}\"]" };
        world.ShipImage(A.Bad);

        world.Run(TimeSpan.FromMinutes(5));

        var lastOnStable = world.Runs.Where(r => r.Arm == Arm.Stable).Max(r => r.At);
        Assert.InRange(world.Now - lastOnStable, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [KnownFault("2 of 11", 4)]
    public void A_wrong_count_of_calls_blocks_for_a_day_at_most()
    {
        var world = Shop(Marketplace.Amazon, Orders, "@every 10m");
        world.Versions[A.Good] = new Behaviour { ReportsAlso = $"\"calls\":{{\"{Orders}\":4000000}}" };

        world.Run(TimeSpan.FromMinutes(11));

        var fullAt = world.Record.Quotas.Of(Orders).FullAt.Values.DefaultIfEmpty().Max();
        Assert.InRange(
            DateTimeOffset.FromUnixTimeMilliseconds(fullAt),
            DateTimeOffset.UnixEpoch,
            world.Now + TimeSpan.FromDays(1)
        );
    }

    [KnownFault("2 of 11", 4)]
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

        Assert.Null(Xunit.Record.Exception(() => world.Run(TimeSpan.FromMinutes(30))));
    }

    [KnownFault("2 of 11", 12)]
    public void Calls_that_come_back_belong_to_the_day_of_their_run()
    {
        var limit = new Limit
        {
            Api = "a",
            Scope = QuotaScope.Application,
            PerDay = 100,
        };
        var eve = new DateTimeOffset(2026, 11, 24, 23, 59, 58, TimeSpan.Zero);
        var dayTwo = eve.AddSeconds(12);
        var later = dayTwo.AddMinutes(5);
        var book = new ApiBook().Draw(limit, "", 50, eve);
        Given.That(book.ReadyAt(limit, "", 60, dayTwo) == dayTwo, "60 calls free on the second day");
        book = book.Draw(limit, "", 60, dayTwo);

        // The run of the day before used 10 of its 50 calls.
        book = book.PutBack(limit, "", 40, later);

        var promised = 60;
        for (; book.ReadyAt(limit, "", 1, later) == later; promised++)
        {
            book = book.Draw(limit, "", 1, later);
        }
        Assert.Equal(100, promised);
    }

    [KnownFault("2 of 11", 12)]
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
}
