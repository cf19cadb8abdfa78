using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
using Operator.Planning.Record;
using Operator.Runtime;
using Prometheus;

namespace Operator.Telling;

/// <summary>Metrics of runs, rollouts and stores. The series of a connector are removed when it is gone.</summary>
internal sealed class OperatorMetrics(IMetricFactory factory)
{
    private static readonly string[] ConnectorLabels = ["namespace", "connector"];

    private readonly Counter _runs = factory.CreateCounter(
        "marketplace_runs_total",
        "Ended runs, by arm (stable, candidate), result (succeeded, failed, notstarted, infra, lost) and reason (Completed, ExitCode, OOMKilled, Timeout, Deleted, Evicted, ...).",
        ["namespace", "connector", "flow", "arm", "result", "reason"]
    );

    private readonly Counter _items = factory.CreateCounter(
        "marketplace_items_total",
        "Reported items, by arm and outcome (ok, failed, throttled).",
        ["namespace", "connector", "flow", "arm", "outcome"]
    );

    private readonly Counter _syncs = factory.CreateCounter(
        "marketplace_store_syncs_total",
        "Stores that runs reported. 1000 * marketplace_runs_total / marketplace_store_syncs_total is pods per 1,000 store-syncs.",
        ["namespace", "connector", "flow", "arm"]
    );

    private readonly Counter _processor = factory.CreateCounter(
        "marketplace_run_requested_cpu_core_seconds_total",
        "CPU cost of runs: CPU requests of their pods times the running time of the containers.",
        ["namespace", "connector", "flow"]
    );

    private readonly Counter _memory = factory.CreateCounter(
        "marketplace_run_requested_memory_byte_seconds_total",
        "Memory cost of runs: memory requests of their pods times the running time of the containers.",
        ["namespace", "connector", "flow"]
    );

    private readonly Counter _outcomes = factory.CreateCounter(
        "marketplace_rollout_outcomes_total",
        "Ended attempts, by outcome.",
        ["namespace", "connector", "outcome"]
    );

    private readonly Counter _refusals = factory.CreateCounter(
        "marketplace_pod_refusals_total",
        "Sync pods that the API server refused to create, by kind (quota, admission, other).",
        ["namespace", "connector", "kind"]
    );

    private readonly Counter _missed = factory.CreateCounter(
        "marketplace_missed_store_syncs_total",
        "Due syncs of single stores that did not happen, by cause (downtime, capacity, concurrency, quota, auth, infra, isolation, invalidspec, unknown).",
        ["namespace", "connector", "flow", "cause"]
    );

    private readonly Gauge _step = factory.CreateGauge(
        "marketplace_rollout_step",
        "The step of the running attempt, from 1; 0 without a running attempt.",
        ConnectorLabels
    );

    private readonly Gauge _cohort = factory.CreateGauge(
        "marketplace_rollout_cohort_stores",
        "Stores in the cohort of the running attempt's committed step; 0 without a running attempt.",
        ConnectorLabels
    );

    private readonly Gauge _errorRatio = factory.CreateGauge(
        "marketplace_rollout_error_ratio",
        "Ratio of failed items to all counted items on the candidate, in the step of the running attempt.",
        ["namespace", "connector", "flow"]
    );

    private readonly Gauge _stores = factory.CreateGauge(
        "marketplace_connector_stores",
        "Active stores, by arm.",
        ["namespace", "connector", "arm"]
    );

    private readonly Gauge _paused = factory.CreateGauge(
        "marketplace_connector_paused_stores",
        "Stores whose runs are paused because they can't authenticate.",
        ConnectorLabels
    );

    private readonly Gauge _stale = factory.CreateGauge(
        "marketplace_stale_stores",
        "Active stores that the flow did not sync on the last three past due times.",
        ["namespace", "connector", "flow"]
    );

    private readonly Gauge _sunsets = factory.CreateGauge(
        "marketplace_api_sunset_timestamp_seconds",
        "When the marketplace removes an API that a flow uses, in Unix seconds.",
        ["namespace", "connector", "api"]
    );

    public void Committed(ObjectKey connector, Plan plan, PodResources resources, int attemptsEndedBefore)
    {
        foreach (var run in plan.Folded)
        {
            Ended(connector, run);
            Cost(connector, run, resources);
        }
        foreach (var (flow, counts) in plan.Record.Plans)
        {
            foreach (var cause in Enum.GetValues<MissCause>())
            {
                _missed
                    .WithLabels(connector.Namespace, connector.Name, flow, Lower(cause))
                    .IncTo(counts.MissedBy.Of(cause));
            }
        }
        foreach (var ended in plan.Record.Attempts.History.Where(h => h.Number > attemptsEndedBefore))
        {
            _outcomes.WithLabels(connector.Namespace, connector.Name, ended.Outcome.ToString()).Inc();
        }
    }

    /// <summary>
    /// <paramref name="before"/> is the connector's last status: series of flows that are only in this status are removed.
    /// </summary>
    public void Planned(ObjectKey connector, Plan plan, ConnectorStatus before)
    {
        var attempt = plan.Record.RunningAttempt;
        _step.WithLabels(connector.Namespace, connector.Name).Set(attempt is null ? 0 : attempt.Step + 1);
        _cohort.WithLabels(connector.Namespace, connector.Name).Set(attempt?.Cohort ?? 0);
        _stores.WithLabels(connector.Namespace, connector.Name, "stable").Set(plan.ConnectorStatus.Stores.OnStable);
        _stores
            .WithLabels(connector.Namespace, connector.Name, "candidate")
            .Set(plan.ConnectorStatus.Stores.OnCandidate);
        _paused.WithLabels(connector.Namespace, connector.Name).Set(plan.Record.Pauses.Auth.Count);
        Planned(connector, plan.Sunsets);
        Planned(connector, plan.ConnectorStatus.Flows, before.Flows);
        foreach (var (flow, ledger) in plan.Record.Ledgers)
        {
            var evidence = attempt is null ? new StepEvidence() : ledger.Evidence.For(attempt.Number, attempt.Stage);
            _errorRatio.WithLabels(connector.Namespace, connector.Name, flow).Set((double)evidence.ItemErrorRate);
        }
    }

    private void Planned(ObjectKey connector, ImmutableArray<FlowStatus> flows, ImmutableArray<FlowStatus> before)
    {
        foreach (var gone in before.Select(f => f.Name).Except(flows.Select(f => f.Name), StringComparer.Ordinal))
        {
            _stale.RemoveLabelled(connector.Namespace, connector.Name, gone);
        }
        foreach (var flow in flows)
        {
            _stale.WithLabels(connector.Namespace, connector.Name, flow.Name).Set(flow.StaleStores);
        }
    }

    private void Planned(ObjectKey connector, ImmutableArray<SunsetUse> sunsets)
    {
        foreach (var old in _sunsets.GetAllLabelValues().Where(l => IsOf(l, connector)).ToList())
        {
            if (!sunsets.Any(s => s.Api == old[2]))
            {
                _sunsets.RemoveLabelled(old);
            }
        }
        foreach (var use in sunsets)
        {
            var at = Sunsets.InstantOf(use.Sunset).ToUnixTimeSeconds();
            _sunsets.WithLabels(connector.Namespace, connector.Name, use.Api).Set(at);
        }
    }

    public void Refused(ObjectKey connector, RefusalKind kind) =>
        _refusals.WithLabels(connector.Namespace, connector.Name, Lower(kind)).Inc();

    /// <summary>The connector is gone: removes its series.</summary>
    public void Forget(ObjectKey connector)
    {
        foreach (
            var metric in new Collector[]
            {
                _runs,
                _items,
                _syncs,
                _processor,
                _memory,
                _outcomes,
                _refusals,
                _missed,
                _step,
                _cohort,
                _errorRatio,
                _stores,
                _paused,
                _stale,
                _sunsets,
            }
        )
        {
            Forget(metric, connector);
        }
    }

    private void Ended(ObjectKey connector, RunEnded run)
    {
        var arm = run.Entry.Arm == Arm.Candidate ? "candidate" : "stable";
        var result = Lower(run.Ending.Result);
        _runs.WithLabels(connector.Namespace, connector.Name, run.Flow, arm, result, run.Ending.Reason).Inc();
        foreach (var report in run.Ending.Reports.OfType<StoreReport>())
        {
            Items(connector, run.Flow, arm, "ok", report.Ok);
            Items(connector, run.Flow, arm, "failed", report.Counted);
            Items(connector, run.Flow, arm, "throttled", report.Throttled);
        }
        _syncs
            .WithLabels(connector.Namespace, connector.Name, run.Flow, arm)
            .Inc(run.Ending.Reports.Count(s => s is not null));
    }

    /// <summary>Uses the current requests of the spec, because requests are not part of a revision.</summary>
    private void Cost(ObjectKey connector, RunEnded run, PodResources resources)
    {
        var seconds = run.Ending.Ran.TotalSeconds;
        string[] labels = [connector.Namespace, connector.Name, run.Flow];
        _processor.WithLabels(labels).Inc((double)resources.Reserved("cpu") * seconds);
        _memory.WithLabels(labels).Inc((double)resources.Reserved("memory") * seconds);
    }

#pragma warning disable CA1308 // Prometheus label values are lower case by convention
    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308

    private void Items(ObjectKey connector, string flow, string arm, string outcome, long count) =>
        _items.WithLabels(connector.Namespace, connector.Name, flow, arm, outcome).Inc(count);

    private static void Forget(Collector metric, ObjectKey connector)
    {
        switch (metric)
        {
            case Counter counter:
                foreach (var labels in counter.GetAllLabelValues().Where(l => IsOf(l, connector)))
                {
                    counter.RemoveLabelled(labels);
                }
                break;
            case Gauge gauge:
                foreach (var labels in gauge.GetAllLabelValues().Where(l => IsOf(l, connector)))
                {
                    gauge.RemoveLabelled(labels);
                }
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static bool IsOf(string[] labels, ObjectKey connector) =>
        labels[0] == connector.Namespace && labels[1] == connector.Name;
}
