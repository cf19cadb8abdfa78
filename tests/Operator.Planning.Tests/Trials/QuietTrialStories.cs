using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Trials;

/// <summary>Due times without runs, calls that are used up, and a flow that joins: what they do to a trial.</summary>
public sealed class QuietTrialStories
{
    private const string Api = "orders.search";
    private const string Spent = $"\"spent\":[\"{Api}\"]";
    private static readonly EvidenceMinima Endless = new() { MinRuns = 100_000 };

    /// <summary>Nothing has run since, so nothing says that the outage is over.</summary>
    [Fact]
    public void A_due_time_without_runs_ends_no_outage()
    {
        var world = WithDayQuota();
        world.Try();
        world.Run(TimeSpan.FromMinutes(1));
        world.Both(
            new Behaviour
            {
                Ok = 0,
                Failed = 10,
                ReportsAlso = Spent,
            }
        );
        world.Until(w => w.Trial().IsInTrouble);
        world.SetRollout(s => s with { Evidence = A.Rollout().Spec.Evidence });

        world.Run(TimeSpan.FromMinutes(2));

        Assert.False(world.IsOver, world.Message);
        Assert.Equal(("Hold", Reasons.Outage), world.Verdict);
    }

    /// <summary>Half of the cohort's runs are on stable, so there is somebody who can say it.</summary>
    [Fact]
    public void A_candidate_that_says_that_the_day_is_spent_stops_no_store()
    {
        var world = WithDayQuota();
        world.Try(new Behaviour { ReportsAlso = Spent });
        world.Run(TimeSpan.FromMinutes(1));
        world.Runs.Clear();

        world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal(8, world.Runs.SelectMany(r => r.Print.Stores).Distinct().Count());
        Assert.Contains(world.Runs, r => r.Arm == Arm.Stable);
    }

    [Fact]
    public void A_flow_that_joins_during_the_attempt_has_coins()
    {
        var world = A.TrialWorld(8, s => s with { Evidence = Endless });
        world.Try();
        world.Run(TimeSpan.FromSeconds(15));

        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [A.Flow(), A.Flow("prices")] },
        };
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Contains(world.Coins(), c => c.Flow == "prices");
        Assert.True(world.Trial("prices").HasCoins);
    }

    /// <summary>The other flow runs on, and its due times are no time in which the suspended one could have had its evidence.</summary>
    [Fact]
    public void The_deadlines_clock_stands_still_while_one_of_two_flows_is_suspended()
    {
        var world = A.TrialWorld(
            8,
            s =>
                s with
                {
                    Evidence = new EvidenceMinima { MinItems = 100_000 },
                    Deadlines = new Deadlines { Evidence = new Duration("3m"), OnDeadline = OnDeadline.Rollback },
                },
            A.Flow(),
            A.Flow("prices")
        );
        world.Try();
        world.Run(TimeSpan.FromSeconds(30));
        world.Do("stop", A.Suspend("prices"));
        world.Run(TimeSpan.FromSeconds(20));
        var (waited, dwelled) = (world.Attempt!.Waited, world.Attempt.Dwelled);

        world.Run(TimeSpan.FromMinutes(10));

        Assert.False(world.IsOver, world.IsOver ? world.Over.Message : "");
        Assert.InRange(world.Attempt!.Waited - waited, TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.True(world.Attempt.Dwelled > dwelled + TimeSpan.FromMinutes(9), "the other flow's rounds count");
        world.Do("go", A.Unsuspend("prices"));
        world.Until(w => w.IsOver, TimeSpan.FromMinutes(5));
        Assert.Equal(Reasons.EvidenceDeadline, world.OverReason);
    }

    /// <summary>Of a run without a coin only the sum is kept: it says nothing of its first store.</summary>
    [Fact]
    public void A_run_of_several_stores_without_a_coin_refutes_no_stop_of_its_first_store()
    {
        var reached = new StoreReport(10, 0, ImmutableSortedDictionary<char, long>.Empty);
        var ending = new RunEnding { HasReport = true, Reports = [null, reached] };
        var entry = new Entry
        {
            Stores = ["a", "b"],
            Arm = Arm.Stable,
            Result = RunResult.Succeeded,
            Counts = RunCounts.PackSum(ending),
        };
        var occasion = new Occasion
        {
            Id = "s2",
            Attempt = 1,
            Stage = 1,
            Entries = [entry],
        };
        var attempt = new Attempt
        {
            Number = 1,
            Order = ["a", "b"],
            Cohort = 2,
            Guards = new Attempt().Guards.SetItem("orders", new GuardWords { Stores = ["a"], Why = "prices fell" }),
        };
        var record = new ConnectorRecord { Attempts = new AttemptBook { Current = attempt } };

        record = Rollouts.Guards.Settle(record, "orders", occasion);

        Assert.False(record.RunningAttempt!.Guards["orders"].IsRefutedByStable);
    }

    private static World WithDayQuota()
    {
        var world = A.TrialWorld(
            8,
            s => s with { Evidence = Endless },
            A.Flow() with
            {
                Uses = [new ApiUse { Api = Api }],
            }
        );
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Quotas =
                [
                    new Quota
                    {
                        Api = Api,
                        PerDay = 1_000_000,
                        Scope = QuotaScope.Application,
                    },
                ],
            },
        };
        return world;
    }
}
