using Prometheus;

namespace Operator.Runtime;

/// <summary>Leadership, under the name that controller-runtime dashboards expect, and what goes wrong with it.</summary>
internal sealed class LeaseMetrics(IMetricFactory factory, string lease)
{
    private readonly Gauge.Child _isLeader = factory
        .CreateGauge("leader_election_master_status", "1 while this replica leads.", ["name"])
        .WithLabels(lease);

    private readonly Counter _failures = factory.CreateCounter(
        "leader_election_failures_total",
        "Attempts to read or write the lease that failed: forbidden, conflict, refused or unreachable.",
        ["name", "reason"]
    );

    public void Leads(bool isLeading) => _isLeader.Set(isLeading ? 1 : 0);

    public void Failed(string reason) => _failures.WithLabels(lease, reason).Inc();
}
