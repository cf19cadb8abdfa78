using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Quotas;

/// <summary>Promised calls whose day is not known yet, and quotas that nobody uses.</summary>
public sealed class CarriedCallsStories
{
    private const string Fulfillment = "sell.fulfillment";

    [Fact]
    public void A_day_promises_no_more_than_its_calls_while_runs_that_were_planned_before_midnight_run()
    {
        var midnight = new DateTimeOffset(2026, 11, 25, 8, 0, 0, TimeSpan.Zero); // in Los Angeles
        var quota = new Quota
        {
            Api = Fulfillment,
            PerDay = 40,
            Scope = QuotaScope.Application,
        };
        var uses = A.Flow() with { Uses = [new ApiUse { Api = Fulfillment }] };
        var world = Shop(uses, Marketplace.Ebay, quota);
        world.Now = midnight.AddSeconds(-15);
        world.Connector = world.Connector with
        {
            Metadata = world.Connector.Metadata with { CreationTimestamp = world.Now },
        };
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(25) };
        world.Step(); // lists the flow
        // The plan of 23:59:50 comes at 23:59:59.5, so the containers start after midnight.
        world.Now = midnight.AddSeconds(-0.5);
        world.Step();
        Given.That(world.Runs.SelectMany(r => r.Print.Stores).Count() == 40, "runs that are planned before midnight");
        world.Connector = world.Connector.With(uses, uses with { Name = "returns" });

        world.Now = midnight.AddSeconds(1);
        world.Run(TimeSpan.FromSeconds(15));

        // All of these runs began in the new day.
        Assert.InRange(world.Runs.SelectMany(r => r.Print.Stores).Count(), 0, 40);
    }

    [Theory]
    [InlineData(-120, 0)] // its container started yesterday, or never
    [InlineData(-30, 3)]
    public void Only_runs_that_can_start_after_midnight_carry_their_calls_over(int startBySeconds, long expected)
    {
        var midnight = new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero);
        var limit = new Limit
        {
            Api = "orders",
            PerDay = 100,
            Scope = QuotaScope.Application,
        };
        var (startTimeout, timeout) = (new Duration("60s"), new Duration("10m"));
        var startBy = midnight.AddSeconds(startBySeconds);
        var entry = new Entry
        {
            Stores = ["a", "b", "c"],
            Promised = ImmutableSortedDictionary<string, int>.Empty.Add("orders", 1),
            PromisedAt = midnight.AddMinutes(-5),
            StartBy = startBy,
            Deadline = startBy + startTimeout.Value + timeout.Value,
        };
        var occasion = new Occasion
        {
            Id = "s1",
            StartTimeout = startTimeout,
            Timeout = timeout,
        };

        long Carried(Entry run, DateTimeOffset now) =>
            CarriedCalls
                .Of(
                    [limit],
                    new ConnectorRecord().With(
                        "orders",
                        new FlowPlan { Occasions = [occasion with { Entries = [run] }] }
                    ),
                    now
                )
                .Of("orders", Buckets.Application);

        Assert.Equal(expected, Carried(entry, midnight.AddMinutes(1)));
        Assert.Equal(0, Carried(entry, midnight.AddMinutes(-1)));
        Assert.Equal(0, Carried(entry with { Result = RunResult.Succeeded }, midnight.AddMinutes(1)));
    }

    [Fact]
    public void Quotas_of_an_api_that_no_flow_uses_any_more_are_forgotten()
    {
        var quota = new Quota { Api = "orders", Rate = new Rate("1/5s") };
        var uses = A.Flow() with { Uses = [new ApiUse { Api = "orders" }] };
        var world = Shop(uses, Marketplace.Amazon, quota);
        world.Run(TimeSpan.FromSeconds(25));
        Given.That(!world.Record.Quotas.IsEmpty, "a bucket");

        world.Connector = world.Connector.With(A.Flow()).WithStores(new Store { Name = "other" });
        world.Run(TimeSpan.FromMinutes(3));

        Assert.Empty(world.Record.Quotas.Of("orders").FullAt);
    }

    private static World Shop(Flow flow, Marketplace marketplace, params ImmutableArray<Quota> quotas)
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Marketplace = marketplace, Flows = [flow], Quotas = quotas },
        };
        return world;
    }
}
