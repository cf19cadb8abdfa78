using System.Collections.Immutable;
using System.Globalization;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;

namespace Operator.Planning.Rollouts;

/// <summary>
/// The faults of a rollout that show only beside its connector: judged flows that the connector does not have, and minima or a deadline
/// that its schedule can't reach. Only what the user wrote is refused; defaults never are. Volume refuses nothing, because it changes.
/// </summary>
public static class RolloutChecks
{
    /// <summary>
    /// Both specs must be valid by themselves. <paramref name="stores"/>: the active ones, or those of the running attempt; null: not known.
    /// </summary>
    public static ImmutableArray<Finding> Check(RolloutSpec rollout, ConnectorSpec connector, int? stores) =>
        Check(rollout, connector, stores, rollout.Evidence.Judges);

    private static ImmutableArray<Finding> Check(
        RolloutSpec rollout,
        ConnectorSpec connector,
        int? stores,
        Func<string, bool> isJudged
    ) =>
        [
            .. UnknownFlows(rollout, connector),
            .. stores is > 0 and { } active && IsAnythingWritten(rollout)
                ? Unreachable(rollout, connector.Flows.Where(f => isJudged(f.Name)), active)
                : [],
        ];

    /// <summary>A rollout with such faults is not followed, like one with any other fault.</summary>
    internal static Draft Apply(Draft draft)
    {
        // A connector that is wrong as a whole plans nothing, and its schedules may be no schedules.
        if (draft.Policy is not { } policy || !draft.Seen.ConnectorFindings.IsEmpty)
        {
            return draft;
        }
        // The order of a running attempt is fixed: who suspends stores refuses it nothing.
        var stores = draft.Record.RunningAttempt?.Places ?? draft.Roster.Active.Length;
        // Nor does it wait for flows that joined, or that evidence.flows names since.
        var findings = Check(
            policy.Spec,
            draft.Seen.Connector.Spec,
            stores,
            draft.Record.RunningAttempt is { } attempt
                ? f => attempt.JudgedFlows.Contains(f, StringComparer.Ordinal)
                : policy.Spec.Evidence.Judges
        );
        return findings.IsEmpty
            ? draft
            : draft with
            {
                Seen = draft.Seen with
                {
                    Rollout = new RolloutSight.Unusable(
                        policy.Metadata.Name,
                        policy.Metadata.Uid,
                        string.Join("; ", findings),
                        policy
                    ),
                },
            };
    }

    private static IEnumerable<Finding> UnknownFlows(RolloutSpec rollout, ConnectorSpec connector)
    {
        foreach (var (index, name) in rollout.Evidence.Flows.Index())
        {
            if (connector.FindFlow(name) is null)
            {
                var known = string.Join(", ", connector.Flows.Select(f => f.Name));
                yield return new Finding(
                    string.Create(CultureInfo.InvariantCulture, $"spec.evidence.flows[{index}]"),
                    $"'{name}' is no flow of connector '{rollout.ConnectorRef.Name}', so it would never have evidence; its flows are {known}"
                );
            }
        }
    }

    private static bool IsAnythingWritten(RolloutSpec rollout) =>
        rollout.Deadlines.Evidence is not null
        || rollout.Evidence is { MinRuns: not null } or { MinStores: not null }
        || rollout.Steps.Any(s => s.Evidence is { MinRuns: not null } or { MinStores: not null });

    /// <summary>Each field is told once, for the first step that it is too much for: that is the smallest and so the slowest.</summary>
    private static IEnumerable<Finding> Unreachable(RolloutSpec rollout, IEnumerable<Flow> judged, int stores)
    {
        var flows = judged.Select(f => new FlowPace(f)).ToImmutableArray();
        return rollout
            .Steps.Index()
            .Select(s => Unreachable(rollout, s.Index, (CohortOrder.Places(s.Item.Stores, stores), stores), flows))
            .OfType<Finding>()
            .DistinctBy(f => f.Path, StringComparer.Ordinal);
    }

    private static Finding? Unreachable(
        RolloutSpec rollout,
        int index,
        (int Cohort, int All) stores,
        ImmutableArray<FlowPace> flows
    )
    {
        var step = rollout.Steps[index];
        var needs = EvidenceNeeds.Of(rollout, step, stores, flows);
        var deadline = EvidenceNeeds.DeadlineOf(rollout, step, needs);
        if (
            needs.Flows.MaxBy(f => f.Waited) is not { } slowest
            || slowest.Waited <= deadline
            || PathOf(rollout, index, slowest) is not { } path
        )
        {
            return null;
        }
        var minima = rollout.MinimaOf(step);
        var (what, value) =
            slowest.Bottleneck == Bottleneck.Runs ? ("minRuns", minima.Runs) : ("minStores", minima.Stores);
        // The average is no deadline: half of good versions would miss it.
        var enough = slowest.Waited < EvidenceNeeds.Longest / 2 ? 2 * slowest.Waited : EvidenceNeeds.Longest;
        var raise =
            slowest.Waited < EvidenceNeeds.Longest
                ? $", raise deadlines.evidence to {NeedsText.Written(enough)}, because luck may take twice as long"
                : "";
        return new Finding(
            path,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} {value} can't be reached within {NeedsText.Written(deadline)} in step {index + 1}: flow '{slowest.Flow.Name}' takes {NeedsText.Occasions(slowest)}, {NeedsText.Time(slowest.Time)}{NeedsText.OnClock(slowest)}, because {NeedsText.Arithmetic(slowest, stores.Cohort)}; lower {what}{raise}, or run the flow more often or with more runs"
            )
        );
    }

    /// <summary>What the user wrote of the two that don't fit, the minimum first; null: neither.</summary>
    private static string? PathOf(RolloutSpec rollout, int index, FlowNeeds needs)
    {
        var own = rollout.Steps[index].Evidence;
        var (field, inStep, inRollout) =
            needs.Bottleneck == Bottleneck.Runs
                ? ("minRuns", own?.MinRuns, rollout.Evidence.MinRuns)
                : ("minStores", own?.MinStores, rollout.Evidence.MinStores);
        return inStep is not null ? string.Create(CultureInfo.InvariantCulture, $"spec.steps[{index}].evidence.{field}")
            : inRollout is not null ? $"spec.evidence.{field}"
            : rollout.Deadlines.Evidence is not null ? "spec.deadlines.evidence"
            : null;
    }
}
