using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Counts how long a step has lasted, in observed rounds only.</summary>
internal static class Dwell
{
    /// <summary>
    /// An observed round adds the time since <see cref="Attempt.DwellMark"/>, at most the round's own period. So neither an
    /// outage nor a wrong clock shortens a step. A flow that joined during the attempt is not judged, and its rounds don't count.
    /// </summary>
    public static ConnectorRecord After(ConnectorRecord record, string flow, Occasion closed, DateTimeOffset now)
    {
        if (
            record.RunningAttempt is not { PausedOn: null } attempt
            || attempt.JoinedFlows.Contains(flow, StringComparer.Ordinal)
        )
        {
            return record;
        }
        // In a slot that opened before this step, some stores ran under the step before.
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
