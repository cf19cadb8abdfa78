using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Notes what runs prove about a revision: that its image exists, and that stable works.</summary>
internal static class RevisionTrust
{
    /// <summary>After so many occasions a stable that never worked is no leave any more to give all stores new content at once.</summary>
    private const int MostUnproven = 3;

    /// <summary>No store has been reported ok on stable, so new content costs nobody a sync that works.</summary>
    public static bool MayBeReplaced(RevisionBook book) =>
        book is { StableIsProven: false, UnprovenOccasions: < MostUnproven };

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
        return
            record.RunningAttempt is { HasStarted: false } or { Refusal.Count: 0 }
            && record.RunningAttempt is { } attempt
            && attempt.Number == entry.Attempt
            ? Attempts.With(record, LatePilots.AfterStart(attempt))
            : record;
    }

    /// <summary>
    /// The first store that is reported ok on stable proves it, however its run ended: a worker may exit with 1 for one bad store.
    /// </summary>
    public static ConnectorRecord After(ConnectorRecord record, RunEnded run)
    {
        var isOk = run.IsSilentSuccess || run.Ending.Reports.Any(r => r is { FailingClass: null });
        return isOk && !record.Revisions.StableIsProven && run.Entry.Revision == record.Revisions.StableHash
            ? record with
            {
                Revisions = record.Revisions with { StableIsProven = true },
            }
            : record;
    }

    /// <summary>Counts the closed occasions on which runs on an unproven stable have started.</summary>
    public static ConnectorRecord AfterClosing(ConnectorRecord record, Occasion closed)
    {
        var book = record.Revisions;
        var counts =
            book is { StableIsProven: false, UnprovenOccasions: < MostUnproven }
            && closed.Entries.Any(e => e.IsEvidence && e.Revision == book.StableHash);
        return counts
            ? record with
            {
                Revisions = book with { UnprovenOccasions = book.UnprovenOccasions + 1 },
            }
            : record;
    }
}
