using Prometheus;

namespace Operator.Runtime;

/// <summary>Metrics of leadership (with the name that controller-runtime dashboards expect) and of lease failures.</summary>
internal sealed class LeaseMetrics(IMetricFactory factory, string lease)
{
    private readonly Gauge.Child _isLeader = factory
        .CreateGauge("leader_election_master_status", "1 while this replica leads.", ["name"])
        .WithLabels(lease);

    private readonly Counter _failures = factory.CreateCounter(
        "leader_election_failures_total",
        "Failed attempts to read or write the lease, by reason: forbidden, conflict, refused or unreachable.",
        ["name", "reason"]
    );

    public void Leads(bool isLeading) => _isLeader.Set(isLeading ? 1 : 0);

    public void Failed(string reason) => _failures.WithLabels(lease, reason).Inc();
}
