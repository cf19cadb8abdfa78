using System.Collections.Immutable;
using System.Text;
using Operator.Api;
using Operator.Planning;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
using Operator.Planning.Record;
using Operator.Runtime;
using Operator.Telling;
using Prometheus;

namespace Operator.Tests;

/// <summary>A series leaves with its connector, flow or api, and a counter only counts what was added.</summary>
public sealed class MetricsTests
{
    private static readonly ObjectKey Key = new("shop", "amazon-eu");
    private static readonly ObjectKey Other = new("shop", "amazon-us");
    private static readonly DateTimeOffset LastSuccess = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly OperatorMetrics _metrics;

    public MetricsTests() => _metrics = new OperatorMetrics(Metrics.WithCustomRegistry(_registry));

    [Fact]
    public async Task Every_series_of_a_flow_leaves_with_it()
    {
        Live(Key, WithFlows("orders", "prices"));
        var before = await LinesAsync("flow=\"prices\"");

        Live(Key, WithFlows("orders"));

        Assert.Equal(10, before.Select(NameOf).Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(await LinesAsync("flow=\"prices\""));
        Assert.Equal(before.Count, (await LinesAsync("flow=\"orders\"")).Count);
    }

    /// <summary>A counter that begins with its first event has no <c>increase()</c>.</summary>
    [Fact]
    public async Task The_first_rollback_is_an_increase()
    {
        _metrics.Committed(Key, new Plan(), new ConnectorRecord(), resources: null);
        _metrics.Planned(Key, new Plan { RolloutStatus = new RolloutStatus() });

        foreach (var outcome in Enum.GetValues<AttemptOutcome>())
        {
            Assert.Single(
                await LinesAsync(
                    $"marketplace_rollout_outcomes_total{{namespace=\"shop\",connector=\"amazon-eu\",outcome=\"{outcome}\"}} 0"
                )
            );
        }
    }

    [Fact]
    public async Task The_first_refused_pod_is_an_increase()
    {
        _metrics.Committed(Key, new Plan(), new ConnectorRecord(), resources: null);

        foreach (var kind in new[] { "quota", "admission", "other" })
        {
            Assert.Single(
                await LinesAsync(
                    $"marketplace_pod_refusals_total{{namespace=\"shop\",connector=\"amazon-eu\",kind=\"{kind}\"}} 0"
                )
            );
        }
    }

    [Fact]
    public async Task A_connector_without_a_rollout_counts_no_outcomes()
    {
        _metrics.Planned(Key, new Plan());

        Assert.Empty(await LinesAsync("marketplace_rollout_outcomes_total{"));
    }

    [Fact]
    public async Task A_flow_that_is_only_in_the_record_keeps_its_counters_until_its_last_run_is_folded()
    {
        Live(Key, WithFlows("prices"));

        _metrics.Planned(Key, WithFlows("prices") with { ConnectorStatus = new ConnectorStatus() });

        Assert.Single(await LinesAsync("marketplace_runs_total{"));
        Assert.Empty(await LinesAsync("marketplace_stale_stores{"));
    }

    [Fact]
    public async Task Every_series_of_a_connector_leaves_with_it_and_with_no_other()
    {
        Live(Key, WithFlows("orders", "prices"));
        Live(Other, WithFlows("orders", "prices"));
        _metrics.Refused(Key, RefusalKind.Quota);
        var ofOther = await LinesAsync("connector=\"amazon-us\"");

        _metrics.Forget(Key);

        Assert.Empty(await LinesAsync("connector=\"amazon-eu\""));
        Assert.Equal(ofOther, await LinesAsync("connector=\"amazon-us\""));
    }

    [Fact]
    public async Task A_sunset_leaves_with_the_use_of_its_api()
    {
        Live(Key, WithFlows("orders"));
        var before = await LinesAsync("marketplace_api_sunset_timestamp_seconds{");

        _metrics.Planned(Key, WithFlows("orders") with { Sunsets = [] });

        Assert.Single(before);
        Assert.Empty(await LinesAsync("marketplace_api_sunset_timestamp_seconds{"));
    }

    [Fact]
    public async Task A_new_leader_counts_only_what_its_own_commits_add()
    {
        var before = Missed(100);

        Commit(before, Missed(103));

        Assert.Equal("3", await ValueAsync("cause=\"infra\""));
    }

    [Fact]
    public async Task Misses_of_a_flow_that_begins_anew_are_counted_from_zero()
    {
        Commit(new ConnectorRecord(), Missed(100));
        Commit(Missed(100), new ConnectorRecord());
        _metrics.Planned(Key, new Plan());

        Commit(new ConnectorRecord(), Missed(5));

        Assert.Equal("5", await ValueAsync("cause=\"infra\""));
    }

    [Fact]
    public async Task A_count_that_goes_down_is_no_failure()
    {
        Commit(new ConnectorRecord(), Missed(100));

        Commit(Missed(100), Missed(5));

        Assert.Equal("100", await ValueAsync("cause=\"infra\""));
    }

    [Fact]
    public async Task An_ended_attempt_is_counted_once()
    {
        var ended = new EndedAttempt { Number = 1, Outcome = AttemptOutcome.RolledBack };
        var after = new ConnectorRecord { Attempts = new AttemptBook { History = [ended] } };

        Commit(new ConnectorRecord(), after);
        Commit(after, after);

        Assert.Equal("1", await ValueAsync("outcome=\"RolledBack\""));
    }

    [Theory]
    [InlineData("True", "1")]
    [InlineData("False", "0")]
    [InlineData("Unknown", "-1")]
    public async Task Ready_is_a_number(string status, string value)
    {
        var ready = new Condition { Type = ConditionTypes.Ready, Status = status };

        _metrics.Planned(Key, new Plan { ConnectorStatus = new ConnectorStatus { Conditions = [ready] } });

        Assert.Equal(value, await ValueAsync("marketplace_connector_ready{"));
    }

    [Fact]
    public async Task A_connector_that_can_not_be_read_is_not_ready()
    {
        _metrics.Unreadable(Key);

        Assert.Equal("0", await ValueAsync("marketplace_connector_ready{"));
    }

    [Theory]
    [InlineData(true, "1")]
    [InlineData(false, "0")]
    public async Task A_suspension_is_a_number(bool isSuspended, string value)
    {
        _metrics.Planned(Key, new Plan { IsSuspended = isSuspended });

        Assert.Equal(value, await ValueAsync("marketplace_connector_suspended{"));
    }

    [Fact]
    public async Task The_last_success_of_a_flow_is_a_time_and_absent_before_it()
    {
        Live(Key, WithFlows("orders"));
        Assert.Equal("1800000000", await ValueAsync("marketplace_flow_last_success_timestamp_seconds{"));

        _metrics.Planned(
            Key,
            new Plan { ConnectorStatus = new ConnectorStatus { Flows = [new FlowStatus { Name = "orders" }] } }
        );

        Assert.Empty(await LinesAsync("marketplace_flow_last_success_timestamp_seconds{"));
    }

    private void Live(ObjectKey connector, Plan plan)
    {
        _metrics.Committed(connector, plan, new ConnectorRecord(), resources: null);
        _metrics.Planned(connector, plan);
    }

    private void Commit(ConnectorRecord before, ConnectorRecord after) =>
        _metrics.Committed(Key, new Plan { Record = after }, before, resources: null);

    /// <summary>A plan with one ended run of each flow.</summary>
    private static Plan WithFlows(params ImmutableArray<string> flows)
    {
        var record = flows.Aggregate(
            new ConnectorRecord(),
            (r, flow) => r.With(flow, new FlowPlan()).With(flow, new FlowLedger())
        );
        return new Plan
        {
            Record = record,
            ConnectorStatus = new ConnectorStatus
            {
                Flows = [.. flows.Select(f => new FlowStatus { Name = f, LastSuccess = LastSuccess })],
            },
            RolloutStatus = new RolloutStatus
            {
                Attempt = new AttemptStatus
                {
                    Flows = [.. flows.Select(f => new FlowEvidence { Flow = f, Evidence = "1.3" })],
                },
            },
            Folded = [.. flows.Select(Ended)],
            Sunsets = [new SunsetUse(flows[0], "orders.getOrders", Profiles.All.SelectMany(p => p.Sunsets).First())],
        };
    }

    private static RunEnded Ended(string flow)
    {
        var entry = new Entry { Stores = ["s01"] };
        var report = new StoreReport(3, 1, ImmutableSortedDictionary<char, long>.Empty);
        var ending = new RunEnding
        {
            Result = RunResult.Succeeded,
            Reason = Reasons.Completed,
            Reports = [report],
        };
        return new RunEnded(flow, new Occasion(), entry, ending, "pod");
    }

    private static ConnectorRecord Missed(long syncs) =>
        new ConnectorRecord().With("orders", new FlowPlan { MissedBy = new MissedTally { Infra = syncs } });

    private async Task<string> ValueAsync(string label) => Assert.Single(await LinesAsync(label)).Split(' ')[^1];

    private static string NameOf(string line) => line.Split('{')[0];

    private async Task<IReadOnlyList<string>> LinesAsync(string part)
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return
        [
            .. Encoding
                .UTF8.GetString(stream.ToArray())
                .Split('\n')
                .Where(l => !l.StartsWith('#') && l.Contains(part, StringComparison.Ordinal)),
        ];
    }
}
