using System.Globalization;
using Operator.Api;
using Operator.Planning.Actions;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;
using Operator.Planning.Record;

namespace Operator.Planning.Steps;

/// <summary>
/// Decides each action once, in order of creation. The decision is committed together with its effect, so that a crash
/// neither repeats nor loses an action.
/// </summary>
internal static class ActionTaking
{
    /// <summary>The most actions of one commit, so that many actions do not make the commit too large.</summary>
    private const int MostAtOnce = 200;
    private static readonly TimeSpan NextBatch = TimeSpan.FromMilliseconds(100);

    public static Draft Take(Draft draft)
    {
        // Trims first, so that no action is forgotten in the plan that decides it.
        draft = draft with
        {
            Record = draft.Record with { Actions = draft.Record.Actions.Trimmed(draft.Now) },
        };
        var undecided = Undecided(draft);
        draft = undecided.Count > MostAtOnce ? draft.Await([draft.Now + NextBatch]) : draft;
        return undecided.Take(MostAtOnce).Aggregate(draft, Take);
    }

    /// <summary>Creation time has whole seconds; within a second the resourceVersion gives the order, then the UID.</summary>
    private static List<SyncAction> Undecided(Draft draft)
    {
        var known = draft.Record.Actions.ByUid();
        return
        [
            .. draft
                .Seen.Actions.Where(a =>
                    !known.ContainsKey(a.Metadata.Uid)
                    && a.Metadata.DeletionTimestamp is null // whoever deletes it does not want it any more
                    && !draft.Record.Actions.IsForgotten(a, draft.Now)
                    && ActionProblems.Of(a) is null
                )
                .OrderBy(a => a.Metadata.CreationTimestamp)
                .ThenBy(a => VersionOf(a.Metadata))
                .ThenBy(a => a.Metadata.Uid, StringComparer.Ordinal),
        ];
    }

    private static ulong VersionOf(ObjectMeta metadata) =>
        ulong.TryParse(metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : 0;

    private static Draft Take(Draft draft, SyncAction action) =>
        Judge(draft, action) switch
        {
            ActionVerdict.Wait wait => draft.Await([wait.Until]) with
            {
                WaitingActions = draft.WaitingActions.SetItem(action.Metadata.Uid, wait.Message),
            },
            ActionVerdict.Settle settle => Settle(draft, action, settle),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static ActionVerdict Judge(Draft draft, SyncAction action)
    {
        if (draft.Record.Actions.FindTwin(action) is { } twin)
        {
            var again = draft with
            {
                Record = draft.Record with { Actions = draft.Record.Actions.Seen(twin, draft.Now) },
            };
            return ActionVerdict.Expire(
                again,
                $"an action of this name and spec was applied at {UtcText.Of(twin.At)}; to repeat it, create an action with another name"
            );
        }
        var request = new ActionRequest(draft, action);
        return action.Spec.Action switch
        {
            ActionVerb.RunNow => RunNows.Judge(request),
            ActionVerb.Suspend => SuspendRequests.Suspend(request),
            ActionVerb.Unsuspend => SuspendRequests.Unsuspend(request),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static Draft Settle(Draft draft, SyncAction action, ActionVerdict.Settle verdict)
    {
        var record = verdict.Record with { Actions = verdict.Record.Actions.With(action, verdict, draft.Now) };
        var message = $"{ApiGroup.ActionKind} '{action.Metadata.Name}' ({action.Spec.Action}): {verdict.Message}";
        return draft
            .Decide(record, message)
            .Tell(
                EventTarget.Connector,
                ReasonOf(action.Spec.Action, verdict.State),
                message,
                isWarning: verdict.State != ActionState.Applied
            );
    }

    private static string ReasonOf(ActionVerb verb, ActionState state) =>
        (state, verb) switch
        {
            (ActionState.Rejected, _) => Reasons.ActionRejected,
            (ActionState.Expired, _) => Reasons.ActionExpired,
            (_, ActionVerb.RunNow) => Reasons.RunNow,
            (_, ActionVerb.Suspend) => Reasons.Suspended,
            _ => Reasons.Unsuspended,
        };
}
