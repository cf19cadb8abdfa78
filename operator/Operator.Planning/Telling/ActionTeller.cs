using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Actions;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Telling;

/// <summary>The status to write for one action.</summary>
public sealed record ToldAction(SyncAction Action, ActionStatus Status);

/// <summary>Derives the status of actions from the record.</summary>
public static class ActionTeller
{
    internal static ImmutableArray<ToldAction> Tell(Draft draft)
    {
        var known = draft.Seen.Actions.IsEmpty ? [] : draft.Record.Actions.ByUid();
        var told = ImmutableArray.CreateBuilder<ToldAction>();
        foreach (var action in draft.Seen.Actions)
        {
            if (StatusOf(draft, action, known.GetValueOrDefault(action.Metadata.Uid)) is { } status)
            {
                told.Add(new ToldAction(action, status));
            }
        }
        return told.ToImmutable();
    }

    /// <summary>
    /// The status of an action without a connector: it waits, unless its spec is invalid or it was decided before (null).
    /// </summary>
    public static ToldAction? TellWithoutConnector(SyncAction action, DateTimeOffset now)
    {
        var target = action.Spec.TargetRef.Name;
        return action.Status.State is not null ? null
            : ActionProblems.Of(action) is { } problem ? new ToldAction(action, Rejected(action, problem, now))
            : new ToldAction(
                action,
                Waiting(
                    action,
                    Reasons.ConnectorNotFound,
                    $"there is no {ApiGroup.ConnectorKind} '{target}' in namespace '{action.Metadata.Namespace}': the action waits for it; create the connector, or delete this action and create one with the right name",
                    now
                )
            );
    }

    /// <summary>The status to write; null: no change.</summary>
    private static ActionStatus? StatusOf(Draft draft, SyncAction action, DecidedAction? decided)
    {
        var (book, now) = (draft.Record.Actions, draft.Now);
        if (decided is not null)
        {
            var told = action.Metadata.Generation <= 1 ? decided : decided with { Message = Changed(decided.Message) };
            return Says(action, told) ? null : Decided(action, told.State, told.Message, told.At);
        }
        if (ActionProblems.Of(action) is { } problem)
        {
            return Rejected(action, problem, now);
        }
        if (book.IsForgotten(action, now))
        {
            // The record no longer knows the decision, so the written status stays.
            return action.Status.State is not null
                ? null
                : Decided(
                    action,
                    ActionState.Expired,
                    "the action is older than the actions that the record remembers; create a new one if it is still needed",
                    now
                );
        }
        return draft.WaitingActions.TryGetValue(action.Metadata.Uid, out var why)
            ? Waiting(action, Reasons.Waiting, $"{why}; the action waits for them for a short time", now)
            : Waiting(
                action,
                Reasons.Waiting,
                "the action waits, because the connector can't be planned now; see the connector's conditions",
                now
            );
    }

    private static bool Says(SyncAction action, DecidedAction decided) =>
        action.Status is { State: { } state, At: { } at }
        && action.Status.ObservedGeneration == action.Metadata.Generation
        && state == decided.State.ToString()
        && action.Status.Message == decided.Message
        && at == decided.At;

    /// <summary>What was done stays done, whatever the action says now.</summary>
    private static string Changed(string message) =>
        $"{message}; the action was changed later, which has no effect: create another one";

    /// <summary>The record does not contain invalid actions, so the first written time stays.</summary>
    private static ActionStatus Rejected(SyncAction action, string problem, DateTimeOffset now)
    {
        var isSame = action.Status.State == nameof(ActionState.Rejected);
        return Decided(action, ActionState.Rejected, problem, isSame ? action.Status.At ?? now : now);
    }

    private static ActionStatus Decided(SyncAction action, ActionState state, string message, DateTimeOffset at) =>
        With(
            action,
            new ActionStatus
            {
                State = state.ToString(),
                At = ConditionDraft.Seconds(at),
                Message = message,
            },
            at,
            state == ActionState.Applied
                ? [ConditionDraft.True(ConditionTypes.Ready, state.ToString(), message)]
                :
                [
                    ConditionDraft.False(ConditionTypes.Ready, state.ToString(), message),
                    ConditionDraft.True(ConditionTypes.Stalled, state.ToString(), message),
                ]
        );

    private static ActionStatus Waiting(SyncAction action, string reason, string message, DateTimeOffset now) =>
        With(
            action,
            new ActionStatus { Message = message },
            now,
            [
                ConditionDraft.Unknown(ConditionTypes.Ready, reason, message),
                ConditionDraft.True(ConditionTypes.Reconciling, reason, message),
            ]
        );

    private static ActionStatus With(
        SyncAction action,
        ActionStatus status,
        DateTimeOffset at,
        ImmutableArray<ConditionDraft> conditions
    )
    {
        var (generation, before) = (action.Metadata.Generation, action.Status.Conditions);
        return status with
        {
            ObservedGeneration = generation,
            Conditions = [.. conditions.Select(c => c.After(before, generation, at))],
        };
    }
}
