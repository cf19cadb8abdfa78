using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>How long a step has lasted, counted in rounds that were really observed.</summary>
internal static class Dwell
{
    /// <summary>
    /// One observed round adds the time since the last one to the step's dwell, but never more than its own period: neither an
    /// outage nor a clock can shorten a step.
    /// </summary>
    public static ConnectorRecord After(ConnectorRecord record, Occasion closed, DateTimeOffset now)
    {
        if (record.RunningAttempt is not { PausedOn: null } attempt)
        {
            return record;
        }
        // Of a slot that opened before the step began, some stores ran what the step before had them run.
        var isOfStep = closed.Attempt == attempt.Number && closed.Stage == attempt.Stage;
        var wasObserved =
            isOfStep
            && closed.Entries.Any(e => e.IsEvidence && e.Attempt == attempt.Number && e.Stage == attempt.Stage);
        var elapsed = now - attempt.DwellMark;
        if (!wasObserved || elapsed <= TimeSpan.Zero)
        {
            return record;
        }
        var counted = attempt with
        {
            Dwelled = attempt.Dwelled + (elapsed < closed.Period ? elapsed : closed.Period),
            DwellMark = now,
        };
        return record with { Attempts = record.Attempts with { Current = counted } };
    }
}
