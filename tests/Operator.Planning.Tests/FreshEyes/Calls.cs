using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.FreshEyes;

/// <summary>What versions say of their calls.</summary>
public sealed class Calls
{
    private const string Fulfillment = "sell.fulfillment";

    [Fact]
    public void A_candidates_count_of_calls_uses_up_no_day_of_stable()
    {
        var world = Shop(
            A.Flow() with { Uses = [new ApiUse { Api = Fulfillment }] },
            Marketplace.Ebay
        );
        world.Run(TimeSpan.FromSeconds(25));
        Ship(world, Fulfillment);

        world.Run(TimeSpan.FromMinutes(5));

        Given.That(world.Runs.Any(r => r.Arm == Arm.Candidate), "a candidate that runs");
        var lastOnStable = world.Runs.Where(r => r.Arm == Arm.Stable).Max(r => r.At);
        Assert.InRange(world.Now - lastOnStable, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void The_end_of_the_attempt_undoes_what_its_candidate_counted()
    {
        var world = Shop(
            A.Flow() with { Uses = [new ApiUse { Api = Fulfillment }] },
            Marketplace.Ebay
        );
        world.Run(TimeSpan.FromSeconds(25));
        Ship(world, Fulfillment);
        world.Run(TimeSpan.FromMinutes(2));
        world.ShipImage(A.Good);
        world.Run(TimeSpan.FromSeconds(5));
        world.Runs.Clear();

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal(40, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
    }

    [Fact]
    public void A_slow_candidate_run_of_yesterday_lifts_no_hold_of_today()
    {
        var quotas = QuotaTable.Of(
            new ConnectorSpec
            {
                Marketplace = Marketplace.Custom,
                Flows = [A.Flow() with { Uses = [new ApiUse { Api = "orders" }] }],
                Quotas = [new Quota { Api = "orders", PerDay = 100, Scope = QuotaScope.Application }],
            }
        );
        var midnight = quotas.Find("orders")!.DayEnd(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        var attempt = new Attempt { Number = 1, Revision = "c", Order = ["a", "b"], Cohort = 2 };
        var record = new ConnectorRecord { Attempts = new AttemptBook { Current = attempt } };

        record = QuotaCorrections.After(record, Says(midnight.AddMinutes(1), midnight.AddMinutes(2)), quotas);
        var held = record.Quotas.Of("orders").CandidateSpent?.Until;
        Given.That(held is not null, "a hold of an hour");
        record = QuotaCorrections.After(record, Says(midnight.AddMinutes(-1), midnight.AddMinutes(3)), quotas);

        Assert.Equal(held, record.Quotas.Of("orders").CandidateSpent?.Until);

        static RunEnded Says(DateTimeOffset startedAt, DateTimeOffset endedAt)
        {
            var entry = new Entry
            {
                Arm = Arm.Candidate,
                Attempt = 1,
                Revision = "c",
                Stores = ["a"],
                Result = RunResult.Succeeded,
                EndedAt = endedAt,
            };
            var ending = new RunEnding
            {
                HasReport = true,
                HasStarted = true,
                StartedAt = startedAt,
                Reports = [null],
                Calls = new ReportedCalls { Spent = ["orders"] },
            };
            return new RunEnded("orders", new Occasion { Id = "s1" }, entry, ending, "pod");
        }
    }

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

    /// <summary>Rolls out to two of 40 stores a version that counts four million calls a run.</summary>
    private static void Ship(World world, string api)
    {
        Given.That(world.Record.Revisions.StableIsProven, "a proven stable");
        var step = new RolloutStep { Stores = new StoreShare("5%"), MinDuration = new Duration("24h") };
        var policy = A.Rollout();
        world.Rollout = new RolloutSight.Present(policy with { Spec = policy.Spec with { Steps = [step] } });
        world.Versions[A.Bad] = new Behaviour { ReportsAlso = $"\"calls\":{{\"{api}\":4000000}}" };
        world.ShipImage(A.Bad);
    }
}
