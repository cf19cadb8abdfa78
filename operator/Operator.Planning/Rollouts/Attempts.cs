using System.Collections.Immutable;
using System.Globalization;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>Why and when an attempt ended.</summary>
internal sealed record AttemptEnd(AttemptOutcome Outcome, string Reason, string Message, DateTimeOffset At)
{
    /// <summary>The candidate becomes stable all the same, so what it has done counts.</summary>
    public bool IsAdopted { get; init; }
}

/// <summary>
/// Transitions of the attempt's state machine. Each returns a record that must be committed before its effects happen.
/// </summary>
internal static class Attempts
{
    private const int HistoryLength = 10;
    private const int FormerStablesKept = 3;
    private const int RevisionsKept = 10;

    /// <summary>Stores that are less than one in so many are few.</summary>
    private const int SmallShare = 20;

    /// <summary>Without coins so many stores stay on stable until the promotion, of more than three: to tell an outage.</summary>
    public const int KeptOnStable = 2;

    /// <summary>Starts an attempt for a revision that is in the record.</summary>
    public static ConnectorRecord Start(Draft draft, Revision candidate, SyncRollout policy)
    {
        var (record, seen) = (draft.Record, draft.Seen);
        var active = draft.Roster.Active.Select(s => draft.Roster.Find(s)!); // active stores are listed
        var order = CohortOrder.Of(seen.Salt, active, policy.Spec.Cohort);
        var attempt = new Attempt
        {
            Number = record.Attempts.LastNumber + 1,
            Revision = candidate.Hash,
            RolloutName = policy.Metadata.Name,
            RolloutUid = policy.Metadata.Uid,
            Salt = SaltOf(draft),
            Control = policy.Spec.Analysis.Control.Fraction,
            FalseAbortRate = policy.Spec.Analysis.FalseAbortRate.Fraction,
            JudgedFlows = JudgedOf(draft, policy.Spec.Evidence),
            Order = order,
            Steps = policy.Spec.Steps.Length,
            StepsHash = StepPlan.HashOf(policy.Spec.Steps),
            StartedAt = seen.Now,
            StepStartedAt = seen.Now,
            DwellMark = seen.Now,
            WaitMark = seen.Now,
            HasStarted = record.Revisions.Find(candidate.Hash) is { HasStarted: true },
        };
        attempt = attempt with { Cohort = Places(attempt, policy.Spec.Steps[0].Stores, order.Length) };
        attempt = EvidenceDeadline.Begin(draft, attempt, policy.Spec);
        record = record with { Attempts = record.Attempts with { Current = attempt, LastNumber = attempt.Number } };
        return Trials.Begin(draft with { Record = record });
    }

    /// <summary>An operator without coins began the attempt: it gets what coins need, once.</summary>
    public static ConnectorRecord WithCoins(Draft draft, Attempt attempt)
    {
        var limits = draft.Policy?.Spec.Analysis ?? new AnalysisLimits();
        return With(
            draft.Record,
            attempt with
            {
                Salt = SaltOf(draft),
                Control = limits.Control.Fraction,
                FalseAbortRate = limits.FalseAbortRate.Fraction,
                JudgedFlows =
                [
                    .. JudgedOf(draft, new EvidenceMinima()).Except(attempt.JoinedFlows, StringComparer.Ordinal),
                ],
                WaitMark = draft.Now,
            }
        );
    }

    private static string SaltOf(Draft draft) => draft.Seen.Salt.ToString("x16", CultureInfo.InvariantCulture);

    /// <summary>Those that <c>evidence.flows</c> names, or all that the spec lists.</summary>
    private static ImmutableArray<string> JudgedOf(Draft draft, EvidenceMinima evidence) =>
        [.. draft.Effective.ListedFlows.Select(f => f.Name).Distinct(StringComparer.Ordinal).Where(evidence.Judges)];

    /// <summary>How many stores a step takes, of an attempt with so many.</summary>
    public static int Places(Attempt attempt, StoreShare share, int stores)
    {
        var places = CohortOrder.Places(share, stores);
        return Math.Min(places, stores - KeptOnStableOf(attempt, stores));
    }

    /// <summary>How many stores of the attempt stay on stable until the promotion.</summary>
    public static int KeptOnStableOf(Attempt attempt) => KeptOnStableOf(attempt, attempt.Order.Length);

    private static int KeptOnStableOf(Attempt attempt, int stores) =>
        attempt.IsWithoutCoins && stores > KeptOnStable + 1 ? KeptOnStable : 0;

    /// <summary>Takes the next step. New stores are appended in hash order, after the last ones, too; the cohort never shrinks.</summary>
    public static ConnectorRecord Widen(Draft draft, Attempt attempt, SyncRollout policy, int nextIndex)
    {
        var (record, seen) = (draft.Record, draft.Seen);
        var joined = draft.Roster.Active.Except(attempt.Order, StringComparer.Ordinal);
        var order = attempt.Order.AddRange(CohortOrder.Of(seen.Salt, joined));
        var target = Places(attempt, policy.Spec.Steps[nextIndex].Stores, order.Length);
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
            Waited = TimeSpan.Zero,
            WaitMark = seen.Now,
            Appended = [],
            AppendedDwell = TimeSpan.Zero,
            Guards = new Attempt().Guards,
        };
        widened = EvidenceDeadline.Begin(draft, widened, policy.Spec);
        return Trials.BeginStep(record with { Attempts = record.Attempts with { Current = widened } });
    }

    /// <summary>
    /// Before the promotion: appends the stores that joined or came back. Where the last step's share then reaches more stores, the step
    /// goes on with them, and evidence and dwell stay. A few of them are appended once only. Null: nothing is to be appended.
    /// </summary>
    public static Attempt? Append(Draft draft, Attempt attempt, SyncRollout policy)
    {
        var joined = draft.Roster.Active.Except(attempt.Order, StringComparer.Ordinal).ToList();
        var order = attempt.Order.AddRange(CohortOrder.Of(draft.Seen.Salt, joined));
        var cohort = Places(attempt, policy.Spec.Steps[^1].Stores, order.Length);
        var isSmall = joined.Count * SmallShare < order.Length;
        return joined.Count == 0 || cohort <= attempt.Cohort || (isSmall && attempt.HasSmallAppend)
            ? null
            : attempt with
            {
                Order = order,
                Cohort = cohort,
                Appended = [.. attempt.Appended.Union(order[attempt.Cohort..cohort], StringComparer.Ordinal)],
                AppendedDwell = attempt.Dwelled,
                HasSmallAppend = attempt.HasSmallAppend || isSmall,
            };
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

    /// <summary>Ends the attempt. Unless its candidate becomes stable, the stores that it handled owe their work again.</summary>
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
        var isServed = end.IsAdopted || end.Outcome == AttemptOutcome.Promoted;
        return Trials.End(isServed ? Debts.Settle(record) : Debts.Owe(record, attempt), isServed) with
        {
            Attempts = record.Attempts with
            {
                Current = null,
                History = [.. history.Take(HistoryLength)],
                LastNumber = Math.Max(record.Attempts.LastNumber, attempt.Number),
            },
        };
    }

    /// <summary>
    /// Makes a revision of the record stable for every store. A revision that is left for a former stable one is no former stable: when
    /// it comes again, it starts at the first step.
    /// </summary>
    public static ConnectorRecord MakeStable(ConnectorRecord record, string hash, bool isProven)
    {
        var book = record.Revisions;
        return record with
        {
            Revisions = book with
            {
                Items = WithFlows(record, hash),
                StableHash = hash,
                StableIsProven = isProven,
                UnprovenOccasions = 0,
                UnrunFlows = [],
                FormerStables = Former(book, hash),
                Rejected = null,
                IsWithoutTruth = false,
            },
        };
    }

    /// <summary>
    /// The former stables once <paramref name="next"/> is stable. One of them that was gone back to, and is left for an older one now, is
    /// none any more.
    /// </summary>
    private static ImmutableArray<string> Former(RevisionBook book, string next)
    {
        var former = book.FormerStables;
        if (book.StableHash is not { } old || !book.StableIsProven)
        {
            return former;
        }
        var (older, left) = (former.IndexOf(next), former.IndexOf(old));
        return older < 0 ? [.. former.Remove(old, StringComparer.Ordinal).Add(old).TakeLast(FormerStablesKept)]
            : left > older ? former.RemoveAt(left)
            : former;
    }

    public static ConnectorRecord With(ConnectorRecord record, Attempt attempt) =>
        record with
        {
            Attempts = record.Attempts with { Current = attempt },
        };

    /// <summary>
    /// The revision takes over the flows of stable that it lacks, with stable's parameters, or an edit of them could come in with it.
    /// </summary>
    private static ImmutableArray<Revision> WithFlows(ConnectorRecord record, string hash)
    {
        var items = record.Revisions.Items;
        if (record.Revisions.Find(hash) is not { } next || record.Stable is not { } stable)
        {
            return items;
        }
        var known = stable.FlowParameters.RemoveRange(
            stable.FlowParameters.Keys.Where(f => !record.Plans.ContainsKey(f))
        );
        return items.Replace(next, AskedContent.WithFlowsOf(next, stable with { FlowParameters = known }));
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
