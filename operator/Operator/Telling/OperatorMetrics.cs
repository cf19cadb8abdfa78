using System.Collections.Concurrent;
using System.Globalization;
using Operator.Api;
using Operator.Planning;
using Operator.Planning.Facts;
using Operator.Planning.Marketplaces;
using Operator.Planning.Record;
using Operator.Runtime;
using Prometheus;

namespace Operator.Telling;

/// <summary>
/// Metrics of runs, rollouts and stores. A series leaves with its connector, flow or api. Counters are only ever incremented by what
/// a commit changed.
/// </summary>
internal sealed class OperatorMetrics(IMetricFactory factory)
{
    private static readonly string[] ConnectorLabels = ["namespace", "connector"];

    private readonly ConnectorSeries _series = new();

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
        "Due syncs of single stores that did not happen, by cause (downtime, capacity, concurrency, quota, auth, infra, node, isolation, invalidspec, unknown).",
        ["namespace", "connector", "flow", "cause"]
    );

    private readonly Gauge _ready = factory.CreateGauge(
        "marketplace_connector_ready",
        "The condition Ready: 1 for True, 0 for False, -1 for Unknown (the first runs have not ended yet).",
        ConnectorLabels
    );

    private readonly Gauge _suspended = factory.CreateGauge(
        "marketplace_connector_suspended",
        "1 while the whole connector is suspended, by its spec or by actions; else 0.",
        ConnectorLabels
    );

    private readonly Gauge _lastSuccess = factory.CreateGauge(
        "marketplace_flow_last_success_timestamp_seconds",
        "When a run of the flow last ended with every store reached and no failed item, in Unix seconds; absent before the first.",
        ["namespace", "connector", "flow"]
    );

    private readonly Gauge _step = factory.CreateGauge(
        "marketplace_rollout_step",
        "The step of the running attempt, from 1; 0 without a running attempt, absent without a rollout.",
        ConnectorLabels
    );

    private readonly Gauge _cohort = factory.CreateGauge(
        "marketplace_rollout_cohort_stores",
        "Stores in the cohort of the running attempt's committed step; 0 without a running attempt, absent without a rollout.",
        ConnectorLabels
    );

    private readonly Gauge _errorRatio = factory.CreateGauge(
        "marketplace_rollout_error_ratio",
        "Ratio of failed items to all counted items on the candidate, in the step of the running attempt; absent without one.",
        ["namespace", "connector", "flow"]
    );

    private readonly Gauge _evidence = factory.CreateGauge(
        "marketplace_rollout_evidence",
        "Evidence that the candidate of the running attempt is worse than stable; 1 on average where they are alike. At 1 / falseAbortRate (100) it is a proof.",
        ["namespace", "connector", "flow"]
    );

    private readonly Gauge _stores = factory.CreateGauge(
        "marketplace_connector_stores",
        "Active stores, by arm (stable; candidate only with a rollout).",
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

    private readonly Gauge _standsBack = factory.CreateGauge(
        "marketplace_connector_standing_back",
        "1: another operator is in charge of the connector, and this one stands back. Then it has no other series of the connector.",
        ConnectorLabels
    );

    /// <summary>Counts what the commit of the plan changed since <paramref name="before"/>.</summary>
    public void Committed(ObjectKey connector, Plan plan, ConnectorRecord before, PodResources? resources)
    {
        foreach (var run in plan.Folded)
        {
            Ended(connector, run);
            Cost(connector, run, resources ?? PodResources.Default);
        }
        foreach (var (flow, counts) in plan.Record.Plans)
        {
            Missed(connector, flow, counts.MissedBy, before.Plan(flow).MissedBy);
        }
        foreach (var kind in Enum.GetValues<RefusalKind>())
        {
            _series.Of(_refusals, connector, new Labels(Lower(kind))).Inc(0);
        }
        var endedBefore = before.Attempts.History.Select(h => h.Number).DefaultIfEmpty().Max();
        foreach (var ended in plan.Record.Attempts.History.Where(h => h.Number > endedBefore))
        {
            _series.Of(_outcomes, connector, new Labels(ended.Outcome.ToString())).Inc();
        }
    }

    /// <summary>Sets the gauges to what the plan says, and removes the series of what is gone.</summary>
    public void Planned(ObjectKey connector, Plan plan)
    {
        var (attempt, stores) = (plan.Record.RunningAttempt, plan.ConnectorStatus.Stores);
        var ready = plan.ConnectorStatus.Conditions.FirstOrDefault(c => c.Type == ConditionTypes.Ready);
        _series.Set(_ready, connector, new Labels(), ValueOf(ready?.Status));
        _series.Set(_suspended, connector, new Labels(), plan.IsSuspended ? 1 : 0);
        _series.Set(_stores, connector, new Labels("stable"), stores.OnStable);
        if (plan.RolloutStatus is not null || attempt is not null)
        {
            _series.Set(_stores, connector, new Labels("candidate"), stores.OnCandidate);
            _series.Set(_step, connector, new Labels(), attempt is null ? 0 : attempt.Step + 1);
            _series.Set(_cohort, connector, new Labels(), attempt?.Cohort ?? 0);
        }
        _series.Set(_paused, connector, new Labels(), plan.Record.Pauses.Auth.Count);
        // The earliest removal of each api comes first.
        foreach (var use in plan.Sunsets.DistinctBy(u => u.Api, StringComparer.Ordinal))
        {
            var at = Sunsets.InstantOf(use.Sunset).ToUnixTimeSeconds();
            _series.Set(_sunsets, connector, new Labels(use.Api), at);
        }
        foreach (var flow in plan.ConnectorStatus.Flows)
        {
            _series.Set(_stale, connector, new Labels(flow.Name), flow.StaleStores);
        }
        LastSuccesses(connector, plan);
        foreach (var flow in plan.RolloutStatus?.Attempt is { EndedAt: null } running ? running.Flows : [])
        {
            Judged(connector, flow);
        }
        // A counter that begins with its first event has no increase. Without a rollout there is nothing to count, and series take memory.
        foreach (var outcome in plan.RolloutStatus is null ? [] : Enum.GetValues<AttemptOutcome>())
        {
            _series.Of(_outcomes, connector, new Labels(outcome.ToString())).Inc(0);
        }
        _series.Conclude(connector, FlowsOf(plan));
    }

    private void Judged(ObjectKey connector, FlowEvidence flow)
    {
        var candidate = flow.Candidate;
        _series.Set(
            _errorRatio,
            connector,
            new Labels(flow.Flow),
            candidate.Items == 0 ? 0 : (double)candidate.FailedItems / candidate.Items
        );
        if (double.TryParse(flow.Evidence, CultureInfo.InvariantCulture, out var evidence))
        {
            _series.Set(_evidence, connector, new Labels(flow.Flow), evidence);
        }
    }

    /// <summary>
    /// A connector with problems tells no flows, but an alert about syncs that no longer happen must not fall silent because of them.
    /// </summary>
    private void LastSuccesses(ObjectKey connector, Plan plan)
    {
        var told = plan.ConnectorStatus.Flows.Select(f => (f.Name, f.LastSuccess));
        var known = plan.Record.Plans.Select(p => (p.Key, p.Value.LastSuccess));
        foreach (var (flow, last) in plan.ConnectorStatus.Flows.IsEmpty ? known : told)
        {
            if (last is { } at)
            {
                _series.Set(_lastSuccess, connector, new Labels(flow), at.ToUnixTimeSeconds());
            }
        }
    }

    /// <summary>The connector can't be decoded: nothing is planned for it, and its other series stay as they were.</summary>
    public void Unreadable(ObjectKey connector) => _series.Set(_ready, connector, new Labels(), 0);

    public void Refused(ObjectKey connector, RefusalKind kind) =>
        _series.Of(_refusals, connector, new Labels(Lower(kind))).Inc();

    /// <summary>Another operator is in charge: what this one last knew of the connector is no longer true.</summary>
    public void StandsBack(ObjectKey connector)
    {
        _series.Forget(connector);
        _series.Set(_standsBack, connector, new Labels(), 1);
    }

    /// <summary>Nobody plans the connector now: removes its gauges, which would say what was true once.</summary>
    public void NotPlanned(ObjectKey connector) => _series.ForgetGauges(connector);

    /// <summary>The connector is gone: removes its series.</summary>
    public void Forget(ObjectKey connector) => _series.Forget(connector);

    private static int ValueOf(string? ready) =>
        ready switch
        {
            "True" => 1,
            "False" => 0,
            _ => -1,
        };

    /// <summary>The listed flows, and flows that left the spec but whose last runs are not folded yet.</summary>
    private static HashSet<string> FlowsOf(Plan plan) =>
        plan
            .Record.Plans.Keys.Concat(plan.Record.Ledgers.Keys)
            .Concat(plan.ConnectorStatus.Flows.Select(f => f.Name))
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>A flow that leaves and comes back begins at zero, so only what this commit added counts.</summary>
    private void Missed(ObjectKey connector, string flow, MissedTally now, MissedTally before)
    {
        foreach (var cause in Enum.GetValues<MissCause>())
        {
            var more = Math.Max(0, now.Of(cause) - before.Of(cause));
            _series.OfFlow(_missed, connector, new Labels(flow, Lower(cause))).Inc(more);
        }
    }

    private void Ended(ObjectKey connector, RunEnded run)
    {
        var arm = run.Entry.Arm == Arm.Candidate ? "candidate" : "stable";
        var (result, reason) = (Lower(run.Ending.Result), run.Ending.Reason);
        var reports = run.Ending.Reports.OfType<StoreReport>().ToList();
        _series.OfFlow(_runs, connector, new Labels(run.Flow, arm, result, reason)).Inc();
        _series.OfFlow(_items, connector, new Labels(run.Flow, arm, "ok")).Inc(reports.Sum(r => r.Ok));
        _series.OfFlow(_items, connector, new Labels(run.Flow, arm, "failed")).Inc(reports.Sum(r => r.Counted));
        _series.OfFlow(_items, connector, new Labels(run.Flow, arm, "throttled")).Inc(reports.Sum(r => r.Throttled));
        _series.OfFlow(_syncs, connector, new Labels(run.Flow, arm)).Inc(reports.Count);
    }

    /// <summary>Uses the current requests of the spec, because requests are not part of a revision.</summary>
    private void Cost(ObjectKey connector, RunEnded run, PodResources resources)
    {
        var seconds = run.Ending.Ran.TotalSeconds;
        var labels = new Labels(run.Flow);
        _series.OfFlow(_processor, connector, labels).Inc((double)resources.Reserved("cpu") * seconds);
        _series.OfFlow(_memory, connector, labels).Inc((double)resources.Reserved("memory") * seconds);
    }

#pragma warning disable CA1308 // Prometheus label values are lower case by convention
    private static string Lower<T>(T value)
        where T : struct, Enum => Lowered<T>.Names.GetOrAdd(value, v => v.ToString().ToLowerInvariant());
#pragma warning restore CA1308

    /// <summary>The label values of an enum, made once, because the series of all connectors keep them.</summary>
    private static class Lowered<T>
        where T : struct, Enum
    {
        public static readonly ConcurrentDictionary<T, string> Names = new();
    }
}
