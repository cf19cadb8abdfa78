using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Quotas;

/// <summary>What a version says of its calls takes nothing from the stores of another.</summary>
public sealed class CandidateCallsStories
{
    private const string Fulfillment = "sell.fulfillment";

    [Fact]
    public void A_candidates_count_of_calls_uses_up_no_day_of_stable()
    {
        var world = Shop(A.Flow() with { Uses = [new ApiUse { Api = Fulfillment }] }, Marketplace.Ebay);
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
        var world = Shop(A.Flow() with { Uses = [new ApiUse { Api = Fulfillment }] }, Marketplace.Ebay);
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
                Quotas =
                [
                    new Quota
                    {
                        Api = "orders",
                        PerDay = 100,
                        Scope = QuotaScope.Application,
                    },
                ],
            }
        );
        var midnight = quotas.Find("orders")!.DayEnd(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        var attempt = new Attempt
        {
            Number = 1,
            Revision = "c",
            Order = ["a", "b"],
            Cohort = 2,
            Control = 0,
        };
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

    [Theory]
    [InlineData(Arm.Stable, 100)] // and not the calls of the day after, too
    [InlineData(Arm.Candidate, 1)]
    public void A_count_of_calls_takes_at_most_what_a_day_has(Arm arm, long expected)
    {
        var quotas = Table(
            new Quota
            {
                Api = "orders",
                PerDay = 100,
                Scope = QuotaScope.Application,
            }
        );

        var record = QuotaCorrections.After(new ConnectorRecord(), Counts(arm, 4_000_000), quotas);

        var taken = record.Quotas.Of("orders").Days.GetValueOrDefault("")?.Calls ?? 0;
        Assert.Equal(expected, taken + 1); // one call was promised before
    }

    [Theory]
    [InlineData(Arm.Stable, true)]
    [InlineData(Arm.Candidate, false)]
    public void Only_a_stable_runs_count_takes_calls_of_the_application(Arm arm, bool takesCalls)
    {
        var rate = new Quota
        {
            Api = "orders",
            Rate = new Rate("1/1s"),
            Burst = 100,
            Scope = QuotaScope.Application,
        };

        var record = QuotaCorrections.After(new ConnectorRecord(), Counts(arm, 4_000_000), Table(rate));

        Assert.Equal(takesCalls, !record.Quotas.Of("orders").FullAt.IsEmpty);
    }

    /// <summary>A run of one store for two hours, which was promised one call.</summary>
    private static RunEnded Counts(Arm arm, long calls)
    {
        var startedAt = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
        var entry = new Entry
        {
            Arm = arm,
            Attempt = arm == Arm.Candidate ? 1 : 0,
            Stores = ["a"],
            Promised = ImmutableSortedDictionary<string, int>.Empty.Add("orders", 1),
            PromisedAt = startedAt,
            StartBy = startedAt,
            Deadline = startedAt.AddHours(3),
            Result = RunResult.Succeeded,
            EndedAt = startedAt.AddHours(2),
        };
        var ending = new RunEnding
        {
            HasReport = true,
            HasStarted = true,
            StartedAt = startedAt,
            Ran = TimeSpan.FromHours(2),
            Reports = [null],
            Calls = new ReportedCalls { Total = ImmutableSortedDictionary<string, long>.Empty.Add("orders", calls) },
        };
        return new RunEnded("orders", new Occasion { Id = "s1" }, entry, ending, "pod");
    }

    private static QuotaTable Table(Quota quota) =>
        QuotaTable.Of(
            new ConnectorSpec
            {
                Marketplace = Marketplace.Custom,
                Flows = [A.Flow() with { Uses = [new ApiUse { Api = quota.Api }] }],
                Quotas = [quota],
            }
        );

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
