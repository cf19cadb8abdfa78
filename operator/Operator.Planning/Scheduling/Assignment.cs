using System.Collections.Frozen;

namespace Operator.Planning.Scheduling;

/// <summary>Which arm a store runs now. Planning can send any single store of the cohort to either arm on any occasion.</summary>
internal sealed class Assignment
{
    private readonly FrozenSet<string> _candidates;
    private readonly Attempt? _attempt;

    private Assignment(Attempt? attempt, FrozenSet<string> candidates)
    {
        _attempt = attempt;
        _candidates = candidates;
    }

    /// <summary>
    /// The cohort runs the candidate while the attempt's own rollout can be followed; before the candidate's first container
    /// has started only the pilot does, a run of the first free store.
    /// </summary>
    public static Assignment Of(Draft draft)
    {
        var attempt = draft.Record.RunningAttempt;
        if (attempt is null || draft.Policy is null)
        {
            return new Assignment(null, FrozenSet<string>.Empty);
        }
        var cohort = attempt.Order.Take(attempt.Cohort).ToFrozenSet(StringComparer.Ordinal);
        return new Assignment(attempt, cohort);
    }

    public bool NeedsPilot(ConnectorRecord record) =>
        _attempt is { HasStarted: false } attempt
        && !record.Plans.Values.SelectMany(p => p.Entries).Any(e => e.Attempt == attempt.Number && e.Result is null);

    /// <summary>The store that the pilot runs: the first of the cohort that is free.</summary>
    public string? Pilot(IReadOnlyCollection<string> free) =>
        _attempt?.Order.Take(_attempt.Cohort).FirstOrDefault(free.Contains);

    public Arm ArmOf(string store, Occasion occasion)
    {
        if (_attempt is not { HasStarted: true } || !_candidates.Contains(store))
        {
            return Arm.Stable;
        }
        var hadFailedPilot = occasion.Entries.Any(e =>
            e is { IsPilot: true, Result: RunResult.NotStarted or RunResult.Infra }
            && e.Stores.Contains(store, StringComparer.Ordinal)
        );
        return hadFailedPilot ? Arm.Stable : Arm.Candidate;
    }

    public Attempt Attempt => _attempt ?? throw new InvalidOperationException("no attempt is running");
}
