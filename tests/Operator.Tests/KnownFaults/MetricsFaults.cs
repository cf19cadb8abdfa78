using System.Text;
using Operator.Api;
using Operator.Planning;
using Operator.Runtime;
using Operator.Telling;
using Operator.Testing;
using Prometheus;

namespace Operator.Tests.KnownFaults;

public sealed class MetricsFaults
{
    [KnownFault("4 of 11", 29)]
    public async Task The_first_rollback_is_an_increase()
    {
        var registry = Metrics.NewCustomRegistry();
        var metrics = new OperatorMetrics(Metrics.WithCustomRegistry(registry));
        var key = new ObjectKey("shop", "amazon-eu");
        metrics.Committed(key, new Plan(), PodResources.Default, 0);
        metrics.Planned(key, new Plan(), new ConnectorStatus());

        using var stream = new MemoryStream();
        await registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);

        Assert.Contains(
            "marketplace_rollout_outcomes_total{namespace=\"shop\",connector=\"amazon-eu\",outcome=\"RolledBack\"} 0",
            Encoding.UTF8.GetString(stream.ToArray()),
            StringComparison.Ordinal
        );
    }
}
