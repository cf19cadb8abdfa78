using System.Collections.Immutable;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>Checks the demo's promotion and rollback by pods and worker logs: which store ran which version when.</summary>
public sealed class QuickstartTests(QuickstartStory story, TestCluster cluster) : IClassFixture<QuickstartStory>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IEnumerable<SeenRun> Of(int attempt) => story.Runs.Where(r => r.Attempt == attempt);

    [Fact]
    public void A_good_version_spreads_over_10_25_and_100_percent_and_is_promoted()
    {
        var slots = Spread.Of(Of(attempt: 1)).Slots;

        // The first slot has only the pilot: until its container has started, the other stores stay on stable.
        Assert.Single(slots[0].Stores);
        Assert.InRange(slots[^1].Reached.Count, 11, 40);
        Assert.Equal("Promoted", story.Promoted.Status.Phase);
        Assert.Equal(ExampleWorker.Better, story.Promoted.Status.Attempt?.Image);
    }

    [Fact]
    public void A_store_ran_one_version_on_a_due_time() =>
        Invariants.A_store_ran_one_version_on_a_due_time(story.Runs, attempt: 1);

    [Fact]
    public void The_stores_of_the_cohort_ran_stable_meanwhile_too()
    {
        var cohort = Spread.Of(Of(attempt: 1)).Reached;
        var first = Of(attempt: 1).Min(r => r.Slot);
        var stable = story.Runs.Where(r => r.Slot > first && r.Image == ExampleWorker.Good).SelectMany(r => r.Stores);

        Assert.NotEmpty(cohort.Intersect(stable));
    }

    [Fact]
    public void Each_step_lasts_as_long_as_it_should()
    {
        ImmutableArray<(int, TimeSpan)> steps =
        [
            (4, TimeSpan.FromSeconds(20)),
            (10, TimeSpan.FromSeconds(20)),
            (40, TimeSpan.FromSeconds(10)),
        ];

        Invariants.Spread_kept_its_steps(Of(attempt: 1), steps);
    }

    [Fact]
    public void A_bad_version_is_rolled_back_and_never_leaves_its_first_step()
    {
        var ran = story.Runs.Where(r => r.Image == ExampleWorker.Bad).ToList();

        Assert.InRange(Spread.Of(ran).Reached.Count, 1, 4);
        Assert.All(ran, r => Assert.Equal(2, r.Attempt));
        Assert.Equal("RolledBack", story.RolledBack.Status.Phase);
        Assert.Equal("WorseThanStable", story.RolledBack.Status.Attempt?.Reason);
        Assert.Contains("were the versions alike", story.RolledBack.Status.Attempt?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void After_the_rollback_every_store_runs_stable_in_its_next_slot()
    {
        var last = story.Runs.Where(r => r.Image == ExampleWorker.Bad).Max(r => r.Slot);
        var after = story.Runs.Where(r => r.Slot > last).ToList();

        Assert.All(after, r => Assert.Equal(ExampleWorker.Better, r.Image));
        Assert.Equal(A.Stores(40), after.SelectMany(r => r.Stores).Distinct().Order(StringComparer.Ordinal));
        Invariants.Stores_ran_stable_in_their_next_slot(
            story.Runs,
            attempt: 2,
            ExampleWorker.Better,
            TimeSpan.FromSeconds(10)
        );
    }

    [Fact]
    public void What_the_bad_version_handled_is_done_again_at_once_on_stable()
    {
        var bad = story.Runs.Where(r => r.Image == ExampleWorker.Bad && r.HasStarted).ToList();
        var again = story.Runs.Where(r => r.Occasion == "c2").ToList();

        Assert.Equal(
            bad.SelectMany(r => r.Stores).Distinct().Order(StringComparer.Ordinal),
            again.SelectMany(r => r.RedoFrom.Keys).Distinct().Order(StringComparer.Ordinal)
        );
        Assert.All(again, r => Assert.Equal((ExampleWorker.Better, true), (r.Image, r.Succeeded)));
        foreach (var (store, since) in again.SelectMany(r => r.RedoFrom))
        {
            var first = bad.Where(r => r.Stores.Contains(store)).Min(r => r.Slot);
            Assert.Equal(first, since.ToUnixTimeSeconds());
        }
    }

    [Fact]
    public void The_workers_logs_tell_the_same_versions_as_their_pods()
    {
        var ran = story.Runs.Where(r => r.ExitCode is not null).ToList();
        var withLog = ran.Where(r => !r.IsLogLost).ToList();

        Assert.All(ran.Where(r => r.IsLogLost), r => Assert.True(r.IsDeletedFirst, $"its log is lost: {r}"));
        Assert.Equal(
            [ExampleWorker.Good, ExampleWorker.Better, ExampleWorker.Bad],
            withLog.Select(r => r.Image).Distinct().Order(StringComparer.Ordinal)
        );
        Assert.All(withLog, r => Assert.Equal(r.Stores, r.Log.Select(l => l.Store)));
        Assert.All(withLog, r => Assert.All(r.Log, l => Assert.EndsWith($":{l.Version}", r.Image)));
        Assert.All(
            withLog,
            r =>
                Assert.Equal(
                    r.Log.Select(l => (l.Store, l.Ok, l.Failed)),
                    r.Reported.Select(s => (s.Store, s.Ok, s.Failed))
                )
        );
    }

    [Fact]
    public void Version_1_2_misreads_one_order_in_five_and_the_others_none()
    {
        var misread = story.Runs.ToLookup(r => r.Image, r => r.Reported.Sum(s => s.Invalid));

        Assert.Contains(misread[ExampleWorker.Bad], invalid => invalid > 0);
        Assert.All(
            misread[ExampleWorker.Good].Concat(misread[ExampleWorker.Better]),
            invalid => Assert.Equal(0, invalid)
        );
    }

    [Fact]
    public void No_store_ran_twice_in_a_slot() => Invariants.No_store_ran_twice_in_a_slot(story.Runs);

    [Fact]
    public async Task The_metrics_tell_the_same_story_as_the_pods()
    {
        var reports = story.Runs.SelectMany(r => r.Reported.Select(s => (r.IsCandidate, s.Ok, s.Failed))).ToList();
        var expected = new Dictionary<string, double>
        {
            ["marketplace_runs_total arm=stable result=succeeded"] = story.Runs.Count(r =>
                !r.IsCandidate && r.Succeeded
            ),
            ["marketplace_runs_total arm=candidate result=succeeded"] = story.Runs.Count(r =>
                r.IsCandidate && r.Succeeded
            ),
            ["marketplace_items_total arm=stable outcome=ok"] = reports.Where(l => !l.IsCandidate).Sum(l => l.Ok),
            ["marketplace_items_total arm=candidate outcome=ok"] = reports.Where(l => l.IsCandidate).Sum(l => l.Ok),
            ["marketplace_items_total arm=candidate outcome=failed"] = reports
                .Where(l => l.IsCandidate)
                .Sum(l => l.Failed),
            ["marketplace_store_syncs_total arm=stable"] = reports.Count(l => !l.IsCandidate),
            ["marketplace_run_requested_memory_byte_seconds_total"] = story.Runs.Sum(ByteSeconds),
            ["marketplace_rollout_outcomes_total outcome=Promoted"] = 1,
            ["marketplace_rollout_outcomes_total outcome=RolledBack"] = 1,
            ["marketplace_rollout_step"] = 0,
            ["marketplace_rollout_cohort_stores"] = 0,
            ["marketplace_connector_stores arm=stable"] = 40,
        };

        // The metrics count the last runs at the commit that closes their slot.
        await Eventually.IsSoAsync(
            "the metrics agree with the pods",
            async () => Scrape.Parse(await cluster.Operator.MetricsAsync(Ct)).Of(story.Story.Namespace),
            metrics => expected.All(e => metrics.Value(e.Key) == e.Value),
            metrics =>
                string.Join('\n', expected.Select(e => $"{e.Key}: {metrics.Value(e.Key)}, the pods say {e.Value}")),
            Ct
        );
    }

    /// <summary>Requested memory times run time; the quickstart's sync pods request 16Mi.</summary>
    private static double ByteSeconds(SeenRun run) => 16d * 1024 * 1024 * run.Ran.TotalSeconds;

    [Fact]
    public async Task Prometheus_own_tool_accepts_the_metrics()
    {
        var promtool = await TestCluster.ToolAsync("promtool", Ct);
        var metrics = await cluster.Operator.MetricsAsync(Ct);

        var check = await Shell.RunAsync(promtool, ["check", "metrics"], Ct, metrics);

        Assert.True(check.ExitCode == 0, check.Everything);
    }

    [Fact]
    public async Task The_probes_say_that_every_replica_is_well()
    {
        var pods = await cluster.Operator.PodsAsync(Ct);

        Assert.Equal(2, pods.Count);
        foreach (var pod in pods.Select(p => p.Text("metadata", "name") ?? ""))
        {
            Assert.Equal("ok", await cluster.Operator.AskAsync(pod, "/livez", Ct));
            Assert.Equal("ok", await cluster.Operator.AskAsync(pod, "/readyz", Ct));
        }
    }
}
