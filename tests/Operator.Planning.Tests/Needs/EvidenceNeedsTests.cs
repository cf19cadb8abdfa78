using Operator.Api;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Tests.Needs;

public sealed class EvidenceNeedsTests
{
    private const string Nightly = "0 3 * * *";

    [Theory]
    [InlineData(1, 25, 10, 1)]
    [InlineData(7, 25, 10, 7)]
    [InlineData(8, 25, 10, 8)]
    [InlineData(20, 25, 10, 8)]
    [InlineData(20, 25, 3, 3)]
    [InlineData(10_000, 25, 10, 400)]
    [InlineData(20, 1, 10, 20)]
    public void A_cohort_has_eight_runs_where_places_allow_and_more_where_runs_are_small(
        int cohort,
        int maxStoresPerRun,
        int maxConcurrentRuns,
        int groups
    )
    {
        var flow = new Flow { MaxStoresPerRun = maxStoresPerRun, MaxConcurrentRuns = maxConcurrentRuns };

        Assert.Equal(groups, EvidenceNeeds.GroupsAnOccasion(flow, cohort, stores: cohort));
    }

    /// <summary>As they have without an attempt; but where not all runs have a place at one time, nobody keeps one.</summary>
    [Theory]
    [InlineData(40, 5)]
    [InlineData(60, 3)]
    [InlineData(80, 1)]
    [InlineData(100, 8)]
    public void The_runs_of_other_stores_keep_their_places(int stores, int groups)
    {
        var flow = FlowOf(Nightly) with { MaxStoresPerRun = 10, MaxConcurrentRuns = 8 };

        Assert.Equal(groups, EvidenceNeeds.GroupsAnOccasion(flow, cohort: 10, stores));
        var rollout = RolloutOf(new EvidenceMinima());
        var needs = EvidenceNeeds.Of(rollout, rollout.Steps[0], (10, stores), [new FlowPace(flow)]);
        Assert.Equal(
            stores <= 80,
            NeedsText.Of(needs).Contains("of them for the other stores", StringComparison.Ordinal)
        );
    }

    /// <summary>The numbers that the descriptions of the CRD and the brief of the product name.</summary>
    [Theory]
    [InlineData(1, "some 24 due times", "about 24 days")]
    [InlineData(8, "3 to 4 due times", "about 3 days")]
    [InlineData(4, "6 to 7 due times", "about 6 days")]
    public void A_nightly_flow_with_ten_runs_of_each_arm_needs(int runsANight, string occasions, string time)
    {
        var flow = FlowOf(Nightly) with { MaxConcurrentRuns = runsANight, MaxStoresPerRun = 25 };

        var needs = Needs(new EvidenceMinima(), cohort: 20, new FlowPace(flow));

        Assert.Equal(occasions, NeedsText.Occasions(needs.Slowest!));
        Assert.Equal(time, NeedsText.Time(needs.Time));
    }

    [Theory]
    [InlineData(1, 1, 0.5, 3)] // 1 + 1 + 1/2 + 1/4 + …
    [InlineData(1, 1, 0.9, 10.111)] // 1/q + 1/(1 − q) − 1
    [InlineData(2, 1, 0.5, 5.5)] // 2r (1 + C(2r, r)/4^r)
    [InlineData(10, 1, 0.5, 23.524)]
    [InlineData(10, 8, 0.5, 3.33)]
    [InlineData(10, 8, 1.0, 2)]
    [InlineData(1, 8, 0.5, 1.008)] // 1 + 2/2^8
    [InlineData(1000, 10, 0.5, 203.6)] // 2r (1 + 1/√(πr))
    [InlineData(2000, 1, 0.5, 4000)]
    [InlineData(500, 1, 0.1, 5000)]
    public void Occasions_until_both_arms_have_their_runs(int runs, int groups, double share, double expected)
    {
        var occasions = ExpectedOccasions.OfRuns(runs, groups, share);

        Assert.Equal(expected, occasions, tolerance: expected * 0.01);
    }

    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(2, 2, 2)]
    [InlineData(2, 40, 1)]
    [InlineData(40, 40, 6.3)]
    public void Occasions_until_the_candidate_has_run_in_the_stores(int stores, int cohort, double expected) =>
        Assert.Equal(expected, ExpectedOccasions.OfStores(stores, cohort, 0.5), tolerance: 0.05);

    [Fact]
    public void Without_control_only_the_candidates_runs_are_waited_for()
    {
        var rollout = RolloutOf(new EvidenceMinima(), control: "0%");

        var needs = EvidenceNeeds.Of(rollout, rollout.Steps[0], (20, 20), [new FlowPace(FlowOf(Nightly))]);

        Assert.Equal(
            "the step's minima take 2 due times of flow 'orders', about 2 days: 10 runs of the candidate are needed, of 8 runs on each due time, every 24h (20 stores, maxStoresPerRun 10, maxConcurrentRuns 10)",
            NeedsText.Of(needs)
        );
    }

    [Fact]
    public void Of_a_flow_that_came_with_the_candidate_only_its_runs_are_waited_for()
    {
        var needs = Needs(new EvidenceMinima(), cohort: 20, new FlowPace(FlowOf(Nightly)) { HasCoins = false });

        Assert.Equal(2, needs.Slowest!.Occasions);
        Assert.Contains("10 runs of the candidate are needed", NeedsText.Of(needs), StringComparison.Ordinal);
    }

    [Fact]
    public void The_slowest_flow_tells_how_long_the_step_takes()
    {
        var needs = Needs(
            new EvidenceMinima(),
            cohort: 20,
            new FlowPace(FlowOf("*/5 * * * *")),
            new FlowPace(FlowOf(Nightly) with { Name = "prices" })
        );

        Assert.Equal(
            "the step's minima take 3 to 4 due times of flow 'prices', about 3 days: 10 runs of each arm are needed, of 8 runs on each due time, every 24h (20 stores, maxStoresPerRun 10, maxConcurrentRuns 10), 50% of them on stable",
            NeedsText.Of(needs)
        );
    }

    [Theory]
    [InlineData(null, "10 runs of each arm are needed")]
    [InlineData(0.0, "10 runs of each arm are needed")]
    [InlineData(100.0, "10 runs of each arm are needed")]
    [InlineData(
        0.12,
        "50 items of the candidate are needed, of some 1 on each due time, every 5m, at stable's present volume"
    )]
    [InlineData(0.01, "50 items of the candidate are needed, of less than 1 on each due time")]
    public void Volume_counts_where_it_is_known(double? itemsAStore, string arithmetic)
    {
        var pace = new FlowPace(FlowOf("*/5 * * * *")) { ItemsAStore = itemsAStore };

        var needs = Needs(new EvidenceMinima(), cohort: 20, pace);

        Assert.Contains(arithmetic, NeedsText.Of(needs), StringComparison.Ordinal);
    }

    [Fact]
    public void Many_stores_may_take_longest()
    {
        var minima = new EvidenceMinima { MinRuns = 1, MinStores = 40 };

        var needs = Needs(minima, cohort: 40, new FlowPace(FlowOf(Nightly)));

        Assert.Contains("take 6 to 7 due times", NeedsText.Of(needs), StringComparison.Ordinal);
        Assert.Contains("40 stores on the candidate are needed", NeedsText.Of(needs), StringComparison.Ordinal);
    }

    [Fact]
    public void The_minima_of_a_step_count_before_those_of_the_rollout()
    {
        var rollout = RolloutOf(new EvidenceMinima { MinRuns = 100, MinStores = 3 });
        var step = rollout.Steps[0] with
        {
            Evidence = new StepMinima { MinRuns = 1, MinItems = 7 },
        };

        Assert.Equal(new Minima(Runs: 1, Items: 7, Stores: 3), rollout.MinimaOf(step));
        Assert.Equal(1, EvidenceNeeds.Of(rollout, step, (20, 20), [new FlowPace(FlowOf(Nightly))]).Time.TotalDays, 0.1);
    }

    [Fact]
    public void Without_judged_flows_nothing_is_needed()
    {
        var needs = Needs(new EvidenceMinima(), cohort: 20);

        Assert.Equal((TimeSpan.Zero, ""), (needs.Time, NeedsText.Of(needs)));
    }

    [Theory]
    [InlineData("*/5 * * * *", "0s", null, 24)] // no less than a day
    [InlineData("0 */4 * * *", "0s", null, 26.6)] // 3.33 due times, twice
    [InlineData(Nightly, "0s", null, 159.75)]
    [InlineData("*/5 * * * *", "20h", null, 40)] // a step that lasts longer
    [InlineData(Nightly, "720h", null, 1440)]
    [InlineData(Nightly, "0s", "36h", 36)]
    public void The_deadline_is_what_the_user_wrote_or_twice_what_the_step_needs(
        string schedule,
        string minDuration,
        string? written,
        double hours
    )
    {
        var rollout = RolloutOf(new EvidenceMinima()) with
        {
            Deadlines = new Deadlines { Evidence = written is null ? null : new Duration(written) },
        };
        var step = rollout.Steps[0] with { MinDuration = new Duration(minDuration) };

        var needs = EvidenceNeeds.Of(rollout, step, (20, 20), [new FlowPace(FlowOf(schedule))]);

        Assert.Equal(hours, EvidenceNeeds.DeadlineOf(rollout, step, needs).TotalHours, tolerance: 0.2);
    }

    [Fact]
    public void No_default_deadline_is_longer_than_a_year()
    {
        var rollout = RolloutOf(new EvidenceMinima { MinRuns = 1_000_000 });

        var needs = EvidenceNeeds.Of(
            rollout,
            rollout.Steps[0],
            (1, 1),
            [new FlowPace(FlowOf("0 0 1 1 *")), new FlowPace(FlowOf(Nightly))]
        );

        Assert.Equal(TimeSpan.FromDays(365), EvidenceNeeds.DeadlineOf(rollout, rollout.Steps[0], needs));
    }

    private static StepNeeds Needs(EvidenceMinima minima, int cohort, params FlowPace[] flows)
    {
        var rollout = RolloutOf(minima);
        return EvidenceNeeds.Of(rollout, rollout.Steps[0], (cohort, cohort), flows);
    }

    private static RolloutSpec RolloutOf(EvidenceMinima minima, string control = "50%") =>
        A.Rollout().Spec with
        {
            Evidence = minima,
            Analysis = new AnalysisLimits { Control = new Percent(control) },
        };

    private static Flow FlowOf(string schedule) => A.Flow() with { Schedule = schedule };
}
