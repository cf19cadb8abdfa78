using System.Text;
using Operator.Api;
using Operator.Planning;
using Operator.Planning.Record;
using Operator.Runtime;
using Operator.Telling;
using Operator.Testing;
using Prometheus;

namespace Operator.Tests.KnownFaults;

/// <summary>Metrics with wrong values.</summary>
public sealed class MetricsFaults
{
    private static readonly ObjectKey Key = new("shop", "amazon-eu");
    private readonly CollectorRegistry _registry = Metrics.NewCustomRegistry();
    private readonly OperatorMetrics _metrics;

    public MetricsFaults() => _metrics = new OperatorMetrics(Metrics.WithCustomRegistry(_registry));

    [KnownFault("4 of 11", 29)]
    public async Task The_first_rollback_is_an_increase()
    {
        _metrics.Committed(Key, new Plan(), PodResources.Default, 0);
        _metrics.Planned(Key, new Plan(), new ConnectorStatus());

        Assert.Contains(
            "marketplace_rollout_outcomes_total{namespace=\"shop\",connector=\"amazon-eu\",outcome=\"RolledBack\"} 0",
            await ScrapeAsync(),
            StringComparison.Ordinal
        );
    }

    [KnownFault("2 of 11", 15)]
    public async Task The_error_ratio_of_a_flow_leaves_with_it()
    {
        var record = new ConnectorRecord().With("prices", new FlowLedger());
        _metrics.Planned(Key, new Plan { Record = record }, new ConnectorStatus());

        _metrics.Planned(Key, new Plan(), new ConnectorStatus { Flows = [new FlowStatus { Name = "prices" }] });

        Assert.DoesNotContain("flow=\"prices\"", await ScrapeAsync(), StringComparison.Ordinal);
    }

    [KnownFault("2 of 11", 15)]
    public async Task Misses_of_a_flow_that_begins_anew_are_counted()
    {
        Missed(100);
        _metrics.Committed(Key, new Plan(), PodResources.Default, 0);

        Missed(5);

        Assert.DoesNotContain("cause=\"infra\"} 100", await ScrapeAsync(), StringComparison.Ordinal);
    }

    private void Missed(long syncs)
    {
        var plan = new FlowPlan { MissedBy = new MissedTally { Infra = syncs } };
        var record = new ConnectorRecord().With("orders", plan);
        _metrics.Committed(Key, new Plan { Record = record }, PodResources.Default, 0);
    }

    private async Task<string> ScrapeAsync()
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
