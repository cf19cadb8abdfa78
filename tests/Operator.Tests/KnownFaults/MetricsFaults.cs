using System.Text;
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
        _metrics.Committed(Key, new Plan(), new ConnectorRecord(), resources: null);
        _metrics.Planned(Key, new Plan());

        Assert.Contains(
            "marketplace_rollout_outcomes_total{namespace=\"shop\",connector=\"amazon-eu\",outcome=\"RolledBack\"} 0",
            await ScrapeAsync(),
            StringComparison.Ordinal
        );
    }

    private async Task<string> ScrapeAsync()
    {
        using var stream = new MemoryStream();
        await _registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
