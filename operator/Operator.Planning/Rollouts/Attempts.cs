using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Why and when an attempt ended.</summary>
internal sealed record AttemptEnd(AttemptOutcome Outcome, string Reason, string Message, DateTimeOffset At);

/// <summary>
/// Transitions of the attempt's state machine. Each returns a record that must be committed before its effects happen.
/// </summary>
internal static class Attempts
{
    private const int HistoryLength = 10;
    private const int FormerStablesKept = 3;
    private const int RevisionsKept = 10;

    /// <summary>Starts an attempt for a revision that is in the record.</summary>
    public static ConnectorRecord Start(Draft draft, Revision candidate, SyncRollout policy)
    {
        var (record, seen) = (draft.Record, draft.Seen);
        var order = CohortOrder.Of(seen.Salt, draft.Roster.Active);
        var attempt = new Attempt
        {
            Number = record.Attempts.LastNumber + 1,
            Revision = candidate.Hash,
            RolloutName = policy.Metadata.Name,
            RolloutUid = policy.Metadata.Uid,
            Order = order,
            Cohort = CohortOrder.Places(policy.Spec.Steps[0].Stores, order.Length),
            Steps = policy.Spec.Steps.Length,
            StepsHash = StepPlan.HashOf(policy.Spec.Steps),
            StartedAt = seen.Now,
            StepStartedAt = seen.Now,
            DwellMark = seen.Now,
            HasStarted = record.Revisions.Find(candidate.Hash) is { HasStarted: true },
        };
        return record with { Attempts = record.Attempts with { Current = attempt, LastNumber = attempt.Number } };
    }

    /// <summary>Takes the next step. New stores are appended in hash order; the cohort never shrinks.</summary>
    public static ConnectorRecord Widen(Draft draft, Attempt attempt, SyncRollout policy, int nextIndex)
    {
        var (record, seen) = (draft.Record, draft.Seen);
        var joined = draft.Roster.Active.Except(attempt.Order, StringComparer.Ordinal);
        var order = attempt.Order.AddRange(CohortOrder.Of(seen.Salt, joined));
        var target = CohortOrder.Places(policy.Spec.Steps[nextIndex].Stores, order.Length);
        var widened = attempt with
        {
            Order = order,
            Cohort = Math.Max(attempt.Cohort, target),
            Step = nextIndex,
            Steps = policy.Spec.Steps.Length,
            Stage = attempt.Stage + 1,
            StepsHash = StepPlan.HashOf(policy.Spec.Steps),
            StepStartedAt = seen.Now,
            Dwelled = TimeSpan.Zero,
            DwellMark = seen.Now,
        };
        return record with { Attempts = record.Attempts with { Current = widened } };
    }

    public static ConnectorRecord Promote(ConnectorRecord record, Attempt attempt, AttemptEnd end) =>
        MakeStable(End(record, attempt, end), attempt.Revision, isProven: true);

    /// <summary>Ends the attempt and rejects its revision until the content changes.</summary>
    public static ConnectorRecord RollBack(ConnectorRecord record, Attempt attempt, AttemptEnd end)
    {
        var rejection = new Rejection
        {
            Hash = attempt.Revision,
            Reason = end.Reason,
            Message = end.Message,
        };
        var ended = End(record, attempt, end);
        return ended with { Revisions = ended.Revisions with { Rejected = rejection } };
    }

    public static ConnectorRecord End(ConnectorRecord record, Attempt attempt, AttemptEnd end)
    {
        var ended = new EndedAttempt
        {
            Number = attempt.Number,
            Revision = attempt.Revision,
            Image = record.Revisions.Find(attempt.Revision)?.Sync.Image ?? "",
            Outcome = end.Outcome,
            Reason = end.Reason,
            Message = end.Message,
            RolloutUid = attempt.RolloutUid,
            Step = attempt.Step + 1,
            Steps = attempt.Steps,
            Cohort = attempt.Cohort,
            Stores = attempt.Places,
            StartedAt = attempt.StartedAt,
            StepStartedAt = attempt.StepStartedAt,
            EndedAt = end.At,
        };
        var history = record.Attempts.History.Insert(0, ended);
        return CatchUps.Clear(record) with
        {
            Attempts = record.Attempts with
            {
                Current = null,
                History = [.. history.Take(HistoryLength)],
                LastNumber = Math.Max(record.Attempts.LastNumber, attempt.Number),
            },
        };
    }

    /// <summary>Makes a revision of the record stable for every store.</summary>
    public static ConnectorRecord MakeStable(ConnectorRecord record, string hash, bool isProven)
    {
        var book = record.Revisions;
        var former =
            book.StableHash is { } old && book.StableIsProven
                ? [.. book.FormerStables.Remove(old, StringComparer.Ordinal).Add(old).TakeLast(FormerStablesKept)]
                : book.FormerStables;
        return record with
        {
            Revisions = book with
            {
                StableHash = hash,
                StableIsProven = isProven,
                FormerStables = former,
                Rejected = null,
                IsWithoutTruth = false,
            },
        };
    }

    /// <summary>Removes the oldest unused revisions beyond the limit.</summary>
    public static ConnectorRecord Trim(ConnectorRecord record)
    {
        var book = record.Revisions;
        var needed = record
            .Plans.Values.SelectMany(p => p.Entries)
            .Select(e => e.Revision)
            .Concat(book.FormerStables)
            .Concat([book.StableHash ?? "", record.RunningAttempt?.Revision ?? "", book.Rejected?.Hash ?? ""])
            .ToHashSet(StringComparer.Ordinal);
        var excess = book.Items.Length - RevisionsKept;
        var dropped = book.Items.Where(r => !needed.Contains(r.Hash)).Take(Math.Max(0, excess)).ToList();
        return dropped.Count == 0
            ? record
            : record with
            {
                Revisions = book with { Items = book.Items.RemoveRange(dropped) },
            };
    }
}
