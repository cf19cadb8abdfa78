using Operator.Runtime;
using Prometheus;

namespace Operator.Telling;

/// <summary>
/// Says whether this replica leads. The series of connectors come from the leader only, so a replica without them is either a
/// standby or a leader that knows no connector.
/// </summary>
internal sealed class LeaderMetrics
{
    public LeaderMetrics(CollectorRegistry registry, IMetricFactory factory, LeaderLease lease)
    {
        var leader = factory.CreateGauge(
            "marketplace_operator_leader",
            "1 while this replica leads and plans, 0 while it stands by."
        );
        registry.AddBeforeCollectCallback(() => leader.Set(lease.IsLeading ? 1 : 0));
    }
}
