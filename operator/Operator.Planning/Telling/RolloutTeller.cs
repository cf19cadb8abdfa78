using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Telling;

/// <summary>Derives the rollout's status. Its conditions are derived nowhere else.</summary>
public static class RolloutTeller
{
    private const string Idle = "Idle";
    private const string Holding = "Holding";
    private const string Paused = "Paused";

    internal static RolloutStatus? Tell(Draft draft) =>
        draft.Seen.Rollout switch
        {
            RolloutSight.Present present => WithConflict(
                draft,
                present.Policy,
                CohortTeller.WithUnknownNames(draft, present.Policy, Tell(draft, present.Policy))
            ),
            RolloutSight.Unusable { Policy: { } policy } unusable => WithConflict(
                draft,
                policy,
                TellUnusable(draft, policy, unusable.Why)
            ),
            _ => null,
        };

    /// <summary>The rollout in charge says that others name its connector too.</summary>
    private static RolloutStatus WithConflict(Draft draft, SyncRollout policy, RolloutStatus status)
    {
        if (RolloutOrder.Conflict(policy, draft.Seen.OtherRollouts) is not { } message)
        {
            return status;
        }
        var conflict = ConditionDraft.True(Reasons.Conflict, Reasons.Conflict, message);
        return status with
        {
            Conditions = status.Conditions.Add(
                conflict.After(policy.Status.Conditions, policy.Metadata.Generation, draft.Now)
            ),
        };
    }

    /// <summary>
    /// The status of a rollout that no connector follows: the younger of two, one whose connector does not exist, or one that names
    /// another connector than before. It keeps what it says of the connector that followed it.
    /// </summary>
    public static RolloutStatus TellStalled(SyncRollout policy, string reason, string message, DateTimeOffset now) =>
        WithConditions(
            new RolloutStatus
            {
                Phase = Idle,
                Connector = policy.Status.Connector,
                RecordId = policy.Status.RecordId,
                RecordCounter = policy.Status.RecordCounter,
            },
            policy,
            now,
            ConditionDraft.False(ConditionTypes.Ready, reason, message),
            ConditionDraft.True(ConditionTypes.Stalled, reason, message)
        );

    private static RolloutStatus TellUnusable(Draft draft, SyncRollout policy, string why)
    {
        var isRunning = draft.Record.RunningAttempt is not null;
        var message = isRunning ? $"{why}; the attempt is on hold and all stores run stable" : why;
        return WithConditions(
            Facts(draft) with
            {
                Phase = isRunning ? Holding : Idle,
            },
            policy,
            draft.Now,
            ConditionDraft.False(ConditionTypes.Ready, Reasons.InvalidSpec, message),
            ConditionDraft.True(ConditionTypes.Stalled, Reasons.InvalidSpec, message)
        );
    }

    private static RolloutStatus Tell(Draft draft, SyncRollout policy) =>
        draft.Record.RunningAttempt is { } attempt ? TellRunning(draft, policy, attempt) : TellSettled(draft, policy);

    private static RolloutStatus TellRunning(Draft draft, SyncRollout policy, Attempt attempt)
    {
        // While people look at it, a paused attempt goes on saying why, whatever limits they edit meanwhile.
        var verdict = attempt.PausedOn is { } on
            ? new Verdict.Fail(on.Reason, on.Message)
            : Assessment.Of(draft, attempt, policy.Spec);
        var facts = Facts(draft) with { Attempt = AttemptTeller.Running(draft, policy, attempt, verdict) };
        if (attempt.PausedOn is { } paused)
        {
            var stopped = $"{paused.Message}; the cohort stays at {attempt.Cohort} stores until the content changes";
            return WithConditions(
                facts with
                {
                    Phase = Paused,
                },
                policy,
                draft.Now,
                ConditionDraft.False(ConditionTypes.Ready, Reasons.PausedOnFailure, stopped),
                ConditionDraft.True(ConditionTypes.Paused, paused.Reason, stopped)
            );
        }
        var step = StepPlan.Of(policy.Spec.Steps, attempt);
        var message =
            $"step {step.Index + 1} of {policy.Spec.Steps.Length}, {attempt.Cohort} of {attempt.Order.Length} stores run revision {attempt.Revision}";
        return WithConditions(
            facts with
            {
                Phase = Reasons.Progressing,
            },
            policy,
            draft.Now,
            ConditionDraft.Unknown(ConditionTypes.Ready, Reasons.Progressing, message),
            ConditionDraft.True(ConditionTypes.Reconciling, Reasons.Progressing, message)
        );
    }

    private static RolloutStatus TellSettled(Draft draft, SyncRollout policy)
    {
        var (record, now) = (draft.Record, draft.Now);
        var newest = NewestUnlessOver(record);
        var facts = Facts(draft) with
        {
            Phase = newest?.Outcome.ToString() ?? Idle,
            Attempt = newest is null ? null : AttemptTeller.Ended(newest),
        };
        if (record.Revisions.Rejected is { } rejected)
        {
            var reason = rejected.Reason == Reasons.RecordLost ? Reasons.RecordLost : Reasons.RolledBack;
            var message =
                $"{(rejected.Hash is { } hash ? $"revision {hash}" : "the content of the spec")} is rejected ({rejected.Reason}): {rejected.Message}; all stores run stable until the content changes";
            return WithConditions(
                facts,
                policy,
                now,
                ConditionDraft.False(ConditionTypes.Ready, reason, message),
                ConditionDraft.True(ConditionTypes.RolledBack, rejected.Reason, message),
                ConditionDraft.True(ConditionTypes.Stalled, reason, message)
            );
        }
        if (record.Revisions.IsWithoutTruth)
        {
            const string lost = "the record was lost and no stable revision survived; see the connector";
            return WithConditions(
                facts,
                policy,
                now,
                ConditionDraft.False(ConditionTypes.Ready, Reasons.RecordLost, lost),
                ConditionDraft.True(ConditionTypes.Stalled, Reasons.RecordLost, lost)
            );
        }
        var serving = $"all stores run revision {record.Revisions.StableHash}";
        if (Waiting(draft) is var (why, cause))
        {
            var message = $"{serving}; {cause}";
            return WithConditions(
                facts,
                policy,
                now,
                ConditionDraft.Unknown(ConditionTypes.Ready, why, message),
                ConditionDraft.True(ConditionTypes.Reconciling, why, message)
            );
        }
        return WithConditions(facts, policy, now, ConditionDraft.True(ConditionTypes.Ready, Reasons.UpToDate, serving));
    }

    /// <summary>Why newer content than stable's has no attempt yet; null: stable is what the spec asks for.</summary>
    private static (string Reason, string Message)? Waiting(Draft draft)
    {
        var (content, asked) = (draft.Seen.Desired, AskedContent.HashOf(draft));
        if (asked is not null && asked == draft.Record.Revisions.StableHash)
        {
            return null;
        }
        var waits = asked is { } waiting ? $"revision {waiting} waits" : "newer content waits";
        return draft switch
        {
            _ when !draft.Seen.ConnectorFindings.IsEmpty => (
                Reasons.InvalidSpec,
                $"{waits}, because the connector has problems; see its condition Ready"
            ),
            _ when content is DesiredContent.Unformed unformed => (unformed.Reason, $"{waits}: {unformed.Why}"),
            _ when draft.Policy is { Metadata.DeletionTimestamp: not null } => (
                Reasons.BeingDeleted,
                $"{waits}, because this SyncRollout is being deleted"
            ),
            _ when draft.Spec.Suspend => (Reasons.Suspended, $"{waits}, because the connector is suspended"),
            _ => (Reasons.Waiting, $"{waits}; see the connector's condition Ready"),
        };
    }

    /// <summary>
    /// The newest attempt; null when there was none, and after a rollback or a reset once no content is rejected any more: the
    /// rollout is ready then, so that attempt is only history.
    /// </summary>
    private static EndedAttempt? NewestUnlessOver(ConnectorRecord record)
    {
        var newest = record.Attempts.History.FirstOrDefault();
        var isRefused = record.Revisions is { Rejected: not null } or { IsWithoutTruth: true };
        return newest?.Outcome is AttemptOutcome.RolledBack or AttemptOutcome.Reset && !isRefused ? null : newest;
    }

    private static RolloutStatus Facts(Draft draft) =>
        new()
        {
            StableRevision = draft.Record.Revisions.StableHash,
            CandidateRevision = draft.Record.RunningAttempt?.Revision,
            RejectedRevision = draft.Record.Revisions.Rejected?.Hash,
            History = [.. draft.Record.Attempts.History.Select(AttemptTeller.Summary)],
            RecordCounter = draft.Record.Counter,
        };

    private static RolloutStatus WithConditions(
        RolloutStatus status,
        SyncRollout policy,
        DateTimeOffset now,
        params ReadOnlySpan<ConditionDraft> conditions
    )
    {
        var generation = policy.Metadata.Generation;
        var written = ImmutableArray.CreateBuilder<Condition>(conditions.Length);
        foreach (var condition in conditions)
        {
            written.Add(condition.After(policy.Status.Conditions, generation, now));
        }
        // The API server drops a misspelt limit without a message and the default applies; the condition shows it.
        var unknown = UnknownFields.InLastApplied(policy.Metadata.Annotations, ApiGroup.RolloutKind);
        if (ConditionDraft.Dropped(unknown) is { } dropped)
        {
            written.Add(dropped.After(policy.Status.Conditions, generation, now));
        }
        return status with { ObservedGeneration = generation, Conditions = written.ToImmutable() };
    }
}
