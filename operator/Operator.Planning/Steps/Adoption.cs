using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Steps;

/// <summary>The record that planning starts from: as found, new, or rebuilt from the parts of a lost record.</summary>
internal static class Adoption
{
    public static Draft Begin(Observation seen) =>
        seen.Record switch
        {
            RecordSight.Found found => new Draft(seen, Trials.WithoutUnreadable(found.Record)),
            RecordSight.Fresh fresh => new Draft(seen, NewRecord(fresh.NewId, fresh.CreatedAt)),
            RecordSight.Lost lost => Recover(seen, lost),
            RecordSight.Foreign => new Draft(seen, new ConnectorRecord()),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static ConnectorRecord NewRecord(string id, DateTimeOffset createdAt) =>
        new() { Id = id, CreatedAt = createdAt };

    /// <summary>
    /// Rebuilds a lost record: a running attempt ends as Reset, stable is the newest revision marked stable, and other
    /// content is rejected until the content changes. Without a stable nothing is planned, because it is unknown what the
    /// stores ran.
    /// </summary>
    private static Draft Recover(Observation seen, RecordSight.Lost lost)
    {
        var revisions = lost.Revisions ?? new RevisionBook();
        var hasStable = revisions.Find(revisions.StableHash) is not null;
        var attempts = lost.Attempts ?? new AttemptBook();
        var record = NewRecord(lost.NewId, lost.CreatedAt) with
        {
            Revisions = revisions with { IsWithoutTruth = !hasStable },
            Attempts = attempts,
            Actions = lost.Actions ?? new ActionBook(),
        };
        record = WitnessedRuns.Owe(record, seen);
        var message = $"the record was lost ({lost.Why}); every store goes on with stable{Unknown(record)}";
        if (attempts.Current is { } attempt)
        {
            record = Attempts.End(
                record,
                attempt,
                new AttemptEnd(AttemptOutcome.Reset, Reasons.RecordLost, message, seen.Now)
            );
        }
        record = RejectOtherContent(record, seen, hasStable, message);
        return new Draft(seen, record)
            .Decide(record, $"the record was lost: {lost.Why}")
            .Tell(EventTarget.Connector, Reasons.RecordLost, message, isWarning: true);
    }

    private static string Unknown(ConnectorRecord record) =>
        record.RunningAttempt is { } attempt
            ? $"; the stores whose pods show that they ran revision {attempt.Revision} run again at once, and in which others it ran is unknown: create a RunNow with since where that matters"
        : !record.Ledgers.IsEmpty
            ? "; the stores whose pods show that they ran a version that was taken back, and no later run, run again at once; whether others still have work to redo is unknown"
        : "";

    private static ConnectorRecord RejectOtherContent(
        ConnectorRecord record,
        Observation seen,
        bool hasStable,
        string message
    )
    {
        var desired = seen.Desired is DesiredContent.Formed(var formed) ? AskedContent.Of(record, formed) : null;
        var isStable = desired is not null && desired.Hash == record.Revisions.StableHash;
        if (!hasStable || isStable)
        {
            return record;
        }
        var rejection = new Rejection
        {
            Hash = desired?.Hash,
            Reason = Reasons.RecordLost,
            Message = message,
        };
        record = desired is null ? record : RevisionItems.With(record, desired);
        return record with { Revisions = record.Revisions with { Rejected = rejection } };
    }
}
