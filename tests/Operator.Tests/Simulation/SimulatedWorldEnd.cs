using Operator.Planning.Calendar;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>What holds at the end of a world.</summary>
internal sealed partial class SimulatedWorld
{
    /// <summary>At the end stable is no bad image, no attempt runs too long, and no store owes work for a bad version.</summary>
    private void ExpectServedStores()
    {
        var record = _runs.Record;
        if (record is null || record.Revisions.IsWithoutTruth)
        {
            return;
        }
        var image = record.Stable?.Sync.Image ?? "";
        Expect(
            _hasShippedUnproven
                || image.Contains("good", StringComparison.Ordinal)
                || !record.Revisions.StableIsProven
                || IsHarmless(image),
            $"stable is {image}"
        );
        if (_lockouts.HasLocked)
        {
            // A step waits for the stores that pause (CohortPaused), and so does the work that they owe.
            return;
        }
        Expect(
            record.RunningAttempt is not { } attempt || !IsOutstayed(attempt) || WaitsForPeople(),
            "the attempt never ends"
        );
        // What a candidate did in a flow of its own waits for a revision that runs the flow.
        var owing = record
            .Ledgers.Where(l => record.Stable?.FlowParameters.ContainsKey(l.Key) == true)
            .SelectMany(l => l.Value.Stores)
            .Where(s => s.Value.RedoFrom is not null && !IsUnderWay(s.Value))
            .ToList();
        Expect(
            owing.Count == 0 || _objects.Quota is not null || !image.Contains("good", StringComparison.Ordinal),
            $"{owing.Count} stores still owe what a bad version did, {owing.FirstOrDefault().Key} among them: {owing.FirstOrDefault().Value}"
        );
    }

    /// <summary>Its newest run went well and had more to do: where places are few, the rest has not come before the end.</summary>
    private static bool IsUnderWay(StoreLedger store) =>
        string.IsNullOrEmpty(store.FailingClass) && store.LastRunSlot > store.LastOkSlot;

    /// <summary>
    /// Every due store-sync has run or is counted as missed. Skips worlds that change the counts or what is due: a lost record, a
    /// replaced connector, a suspension, an edited store list.
    /// </summary>
    private void ExpectNoneLostUncounted()
    {
        MishapKind[] changing =
        [
            MishapKind.LoseRecord,
            MishapKind.ReplaceConnector,
            MishapKind.Suspend,
            MishapKind.SuspendByAction,
            MishapKind.EditStoreList,
        ];
        if (_runs.Record is not { } record || _accounts.HasRenamed || _mishaps.Overlaps(changing))
        {
            return;
        }
        var connector = Gathering.Projections.Connector(_cluster.Find(Kinds.Connectors, Connector)!); // worlds always have one
        foreach (var flow in connector.Spec.Flows.Where(f => IsAlwaysDue(record, f)))
        {
            var plan = record.Plan(flow.Name);
            // Newer store-syncs may still be running.
            var until = _time.GetUtcNow() - Rest;
            var floor = plan.ListedAt > record.CreatedAt ? plan.ListedAt : record.CreatedAt;
            var due = Schedule.Of(flow).Between(floor, until).Count * (connector.Spec.Stores.Length + _objects.Listed);
            var ran = _runs.Ran.Count(r =>
                r.Flow == flow.Name
                && r.Occasion.StartsWith('s')
                && string.CompareOrdinal(r.Occasion, OccasionIds.Slot(until)) <= 0
            );
            Expect(
                plan.MissedBy.Total == plan.MissedStoreSyncs,
                $"flow {flow.Name}: {plan.MissedStoreSyncs} missed store-syncs, {plan.MissedBy.Total} of them with a cause"
            );
            Expect(
                ran + plan.MissedStoreSyncs >= due,
                $"flow {flow.Name}: {due} store-syncs were due, {ran} ran and {plan.MissedStoreSyncs} are counted as missed"
            );
        }
    }

    /// <summary>A flow that came with content that was rejected before is due in no store.</summary>
    private bool IsAlwaysDue(ConnectorRecord record, Api.Flow flow) =>
        record.Stable?.FlowParameters.ContainsKey(flow.Name) != false
        && !_runs.OwnFlows.Contains(flow.Name)
        && !(flow.Name == FlowMaker.Flow && _flows.HasGone);

    private static bool IsHarmless(string image) =>
        Array.Exists(["locked", "mute", "poison", "flaky"], tag => image.EndsWith(tag, StringComparison.Ordinal));

    /// <summary>In a world with a quota, runs and so the evidence may wait: an attempt may last longer.</summary>
    /// <summary>Proof takes coins: an attempt that runs has some more time. Then what it did is redone.</summary>
    private void AwaitVerdict()
    {
        var isOwed = _runs.Record?.Ledgers.Values.Any(l => l.Stores.Values.Any(s => s.RedoFrom is not null));
        if (_runs.Record?.RunningAttempt is null && isOwed is not true)
        {
            return;
        }
        for (
            var end = _time.GetUtcNow() + Patience;
            _time.GetUtcNow() < end && _runs.Record?.RunningAttempt is not null;

        )
        {
            RunFor(TimeSpan.FromSeconds(10));
        }
        RunFor(TimeSpan.FromSeconds(30));
    }

    /// <summary>The judge has its evidence, and neither passes nor fails the candidate.</summary>
    private bool WaitsForPeople() =>
        _cluster
            .All(Kinds.Rollouts)
            .Select(Gathering.Projections.Rollout)
            .Any(r =>
                r.Status.Attempt?.Reason
                    is Reasons.Suspicious
                        or Reasons.DoesMore
                        or Reasons.DoesLessUnproven
                        or Reasons.OverLimitUnproven
                        or Reasons.LosesRuns
                        or Reasons.SpoilsNextRun
                        or Reasons.CohortInTrouble
                        or Reasons.Outage
            );

    private bool IsOutstayed(Attempt attempt) => _objects.Quota is null && _time.GetUtcNow() - attempt.StartedAt > Calm;
}
