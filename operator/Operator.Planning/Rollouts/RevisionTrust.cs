using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Notes what runs prove about a revision: that its image exists, and that stable works.</summary>
internal static class RevisionTrust
{
    /// <summary>
    /// A started container proves that the image exists: notes it in the revision and in the attempt that waits for its
    /// pilot.
    /// </summary>
    public static ConnectorRecord AfterStart(ConnectorRecord record, Entry entry)
    {
        var revision = record.Revisions.Find(entry.Revision);
        if (revision is { HasStarted: false })
        {
            var items = record.Revisions.Items.Replace(revision, revision with { HasStarted = true });
            record = record with { Revisions = record.Revisions with { Items = items } };
        }
        if (record.RunningAttempt is { HasStarted: false } attempt && attempt.Number == entry.Attempt)
        {
            record = record with { Attempts = record.Attempts with { Current = attempt with { HasStarted = true } } };
        }
        return record;
    }

    /// <summary>The first successful run on stable proves stable.</summary>
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run) =>
        run.Ending.Result == RunResult.Succeeded
        && !record.Revisions.StableIsProven
        && run.Entry.Revision == record.Revisions.StableHash
            ? record with
            {
                Revisions = record.Revisions with { StableIsProven = true },
            }
            : record;
}
