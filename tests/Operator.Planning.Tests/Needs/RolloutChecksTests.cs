using System.Collections.Immutable;
using System.Diagnostics;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Needs;

/// <summary>What of a rollout is refused only beside its connector. Its steps have 2, 10 and 40 stores.</summary>
public sealed class RolloutChecksTests
{
    private const string Nightly = "0 3 * * *";
    private static readonly EvidenceMinima TenRuns = new() { MinRuns = 10 };

    [Fact]
    public void A_minimum_that_the_schedule_cant_reach_is_refused_with_the_arithmetic()
    {
        var rollout = RolloutOf(TenRuns, deadline: "72h");

        var finding = Assert.Single(Check(rollout, Nightly));

        Assert.Equal(
            "spec.evidence.minRuns: minRuns 10 can't be reached within 72h in step 1: flow 'orders' takes some 12 due times, about 12 days, "
                + "because 10 runs of each arm are needed, of 2 runs on each due time, every 24h (2 stores, maxStoresPerRun 10, maxConcurrentRuns 10), "
                + "50% of them on stable; lower minRuns, raise deadlines.evidence to 576h, because luck may take twice as long, or run the flow more often or with more runs",
            finding.ToString()
        );
    }

    [Theory]
    [InlineData("@every 10s", "72h")]
    [InlineData("*/5 * * * *", "2h")]
    [InlineData(Nightly, "289h")]
    [InlineData(Nightly, null)]
    public void What_can_be_reached_is_not_refused(string schedule, string? deadline) =>
        Assert.Empty(Check(RolloutOf(TenRuns, deadline), schedule));

    /// <summary>
    /// The clock of the deadline counts at most a flow's period for each due time, so it stands still over nights and weekends. On it 12 due
    /// times of working days are 12 days, though they take 17.
    /// </summary>
    [Theory]
    [InlineData("0 3 * * 1-5", "289h")]
    [InlineData("*/10 8-9 * * *", "2h")]
    public void Nights_and_weekends_do_not_count(string schedule, string deadline) =>
        Assert.Empty(Check(RolloutOf(TenRuns, deadline), schedule));

    [Theory]
    [InlineData("0 3 * * 1-5", "286h")]
    [InlineData("*/10 8-9 * * *", "119m")]
    public void What_is_too_short_beside_nights_and_weekends_is_refused(string schedule, string deadline)
    {
        var finding = Assert.Single(Check(RolloutOf(TenRuns, deadline), schedule));

        var raised = finding.Message.Split("raise deadlines.evidence to ")[1].Split(',')[0];
        Assert.Empty(Check(RolloutOf(TenRuns, raised), schedule));
    }

    [Fact]
    public void Defaults_are_never_refused() =>
        Assert.Empty(Check(RolloutOf(new EvidenceMinima(), deadline: null), "0 0 1 1 *"));

    [Fact]
    public void A_deadline_that_is_too_short_for_the_default_minima_is_refused() =>
        Assert.StartsWith(
            "spec.deadlines.evidence: minRuns 10 can't be reached within 24h in step 1",
            Assert.Single(Check(RolloutOf(new EvidenceMinima(), deadline: "24h"), Nightly)).ToString(),
            StringComparison.Ordinal
        );

    [Fact]
    public void Minima_that_take_more_than_a_year_are_refused_whatever_the_deadline()
    {
        var finding = Assert.Single(Check(RolloutOf(new EvidenceMinima { MinRuns = 1000 }, deadline: null), Nightly));

        Assert.Equal("spec.evidence.minRuns", finding.Path);
        Assert.DoesNotContain("raise deadlines.evidence", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_minimum_of_a_step_is_refused_where_it_is()
    {
        var rollout = RolloutOf(new EvidenceMinima { MinRuns = 1 }, deadline: "72h");
        rollout = rollout with
        {
            Steps = rollout.Steps.SetItem(1, rollout.Steps[1] with { Evidence = new StepMinima { MinRuns = 50 } }),
        };

        var finding = Assert.Single(Check(rollout, Nightly));

        Assert.Equal("spec.steps[1].evidence.minRuns", finding.Path);
        Assert.Contains("within 72h in step 2", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stores_are_counted_like_runs()
    {
        var rollout = RolloutOf(new EvidenceMinima { MinRuns = 1, MinStores = 40 }, deadline: "120h");

        var finding = Assert.Single(Check(rollout, Nightly));

        Assert.StartsWith(
            "spec.evidence.minStores: minStores 40 can't be reached within 120h in step 3",
            finding.ToString(),
            StringComparison.Ordinal
        );
    }

    /// <summary>No cohort has more stores than it has, and the message names what the user wrote.</summary>
    [Fact]
    public void A_small_cohort_needs_all_its_stores()
    {
        var rollout = RolloutOf(new EvidenceMinima { MinRuns = 1, MinStores = 40 }, deadline: "100h");

        var finding = Assert.Single(Check(rollout, Nightly));

        Assert.StartsWith(
            "minStores 40 can't be reached within 100h in step 2",
            finding.Message,
            StringComparison.Ordinal
        );
        Assert.Contains("10 stores on the candidate are needed", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_flow_that_is_not_judged_refuses_nothing()
    {
        var rollout = RolloutOf(TenRuns with { Flows = ["orders"] }, deadline: "72h");

        Assert.Empty(Check(rollout, "*/5 * * * *", A.Flow("prices") with { Schedule = Nightly }));
    }

    [Fact]
    public void Without_the_number_of_stores_nothing_is_reckoned() =>
        Assert.Empty(RolloutChecks.Check(RolloutOf(TenRuns, deadline: "72h"), ConnectorOf(Nightly), stores: null));

    [Fact]
    public void A_judged_flow_that_the_connector_does_not_have_is_refused()
    {
        var rollout = RolloutOf(new EvidenceMinima { Flows = ["orders", "price"] }, deadline: null);

        Assert.Equal(
            "spec.evidence.flows[1]: 'price' is no flow of connector 'amazon-eu', so it would never have evidence; its flows are orders",
            Assert.Single(Check(rollout, Nightly)).ToString()
        );
    }

    [Fact]
    public void A_refused_rollout_is_stalled_until_it_or_its_connector_is_corrected()
    {
        var world = A.SettledWorld();
        var policy = A.Rollout();
        world.Rollout = new RolloutSight.Present(
            policy with
            {
                Spec = policy.Spec with { Evidence = policy.Spec.Evidence with { Flows = ["prices"] } },
            }
        );
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromMinutes(1));

        Assert.Null(world.Attempt);
        Assert.Contains(
            world.Last.RolloutStatus!.Conditions,
            c =>
                c is { Type: ConditionTypes.Stalled, Reason: Reasons.InvalidSpec }
                && c.Message.Contains("'prices' is no flow")
        );

        world.Rollout = new RolloutSight.Present(policy);
        world.Run(TimeSpan.FromMinutes(10), w => w.Record.Stable?.Sync.Image == A.Better);

        Assert.Equal(AttemptOutcome.Promoted, Assert.Single(world.Record.Attempts.History).Outcome);
    }

    /// <summary>
    /// People stop half of the stores, and their places pass to the others: the cohort is what it was, so the attempt goes on as before.
    /// </summary>
    [Fact]
    public void Stores_that_are_suspended_in_flight_refuse_no_running_attempt()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector.WithStores(world.Connector.Spec.Stores.Take(8));
        world.Run(TimeSpan.FromSeconds(20));
        var policy = A.Rollout();
        var spec = policy.Spec with
        {
            Steps = [new RolloutStep { Stores = new StoreShare("50%"), MinDuration = new Duration("10m") }],
            Evidence = TenRuns,
            Deadlines = new Deadlines { Evidence = new Duration("70s") },
        };
        world.Rollout = new RolloutSight.Present(policy with { Spec = spec });
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(4, world.Attempt?.Cohort);

        world.Do("away", A.Suspend("", [.. world.Attempt!.Order[4..]]));
        world.Runs.Clear();
        world.Run(TimeSpan.FromSeconds(60));

        Assert.DoesNotContain(world.Last.RolloutStatus!.Conditions, c => c.Type == ConditionTypes.Stalled);
        Assert.Contains(world.Runs, r => r.Arm == Arm.Candidate);
    }

    /// <summary>It is asked in each plan, so it counts the due times of a schedule once, not once for each step.</summary>
    [Fact]
    public void Many_steps_and_flows_are_checked_in_time()
    {
        var rollout = RolloutOf(TenRuns, deadline: "72h") with
        {
            Steps = [.. Enumerable.Range(1, 20).Select(i => new RolloutStep { Stores = new StoreShare($"{5 * i}%") })],
        };
        var flows = Enumerable.Range(1, 20).Select(i => A.Flow($"flow-{i}") with { Schedule = "* * * * 1-5" });
        var began = Stopwatch.GetTimestamp();

        Assert.Empty(Check(rollout, "* * * * 1-5", [.. flows]));

        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    private static ImmutableArray<Finding> Check(RolloutSpec rollout, string schedule, params Flow[] more) =>
        RolloutChecks.Check(rollout, ConnectorOf(schedule, more), stores: 40);

    private static ConnectorSpec ConnectorOf(string schedule, params Flow[] more) =>
        A.Connector(DateTimeOffset.UnixEpoch).Spec with
        {
            Flows = [A.Flow() with { Schedule = schedule }, .. more],
        };

    private static RolloutSpec RolloutOf(EvidenceMinima minima, string? deadline) =>
        A.Rollout().Spec with
        {
            Evidence = minima,
            Deadlines = new Deadlines { Evidence = deadline is null ? null : new Duration(deadline) },
        };
}
