using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Actions;

/// <summary>RunNow: each store runs once outside the schedule, as soon as there is room.</summary>
internal static class RunNows
{
    /// <summary>An older RunNow expires: it comes from a backup, or the operator was down, and its author no longer expects a run.</summary>
    private static readonly TimeSpan OldestAge = TimeSpan.FromHours(1);

    /// <summary>No marketplace keeps orders for longer than about two years; an older since is a slip or a zero value.</summary>
    private static readonly TimeSpan MostRedone = TimeSpan.FromDays(730);

    /// <summary>Maximum number of open run-nows per flow.</summary>
    private const int Most = 20;

    public static ActionVerdict Judge(ActionRequest request)
    {
        var draft = request.Draft;
        if (draft.Now - request.CreatedAt > OldestAge)
        {
            return ActionVerdict.Expire(
                draft,
                "it was older than an hour when the operator could apply it; create another one if it is still wanted"
            );
        }
        return Impossible(request) ?? request.Unknown() ?? Stopped(request) ?? Open(request);
    }

    private static ActionVerdict? Impossible(ActionRequest request)
    {
        var draft = request.Draft;
        var isWithoutTruth = draft.Record.Revisions.IsWithoutTruth && draft.Spec.UpdatePolicy != UpdatePolicy.Immediate;
        var problem = draft switch
        {
            _ when request.Spec.Since.Value > draft.Now => "since is in the future",
            _ when draft.Spec.Suspend =>
                "spec.suspend suspends the connector, and an action cannot change the spec; set spec.suspend to false",
            _ when isWithoutTruth =>
                "the record was lost and the revision that the stores ran is unknown; see the connector's condition Ready",
            _ => null,
        };
        return problem is null ? null : ActionVerdict.Reject(draft, problem);
    }

    private static ActionVerdict? Stopped(ActionRequest request)
    {
        var draft = request.Draft;
        if (Wrong(request) is { } wrong)
        {
            return ActionVerdict.Reject(draft, wrong);
        }
        var bySpec = request.Stores.Where(draft.Roster.IsSuspended).ToImmutableArray();
        if (!bySpec.IsEmpty)
        {
            return ActionVerdict.Reject(
                draft,
                $"suspend is set for {ActionTexts.Stores(bySpec)} in the connector, and an action cannot change the spec; set it to false"
            );
        }
        if (draft.Roster.Active.IsEmpty)
        {
            return ActionVerdict.Reject(draft, "the connector has no active store");
        }
        var holders = Holders(request);
        // With named stores, each must be free. Without named stores, suspended flows are left out.
        var isStopped = request.Stores.IsEmpty ? holders.All(h => h is not null) : holders.Any(h => h is not null);
        return isStopped && holders.OfType<SuspensionOrder>().FirstOrDefault() is { } holder
            ? ActionVerdict.Reject(draft, $"it is suspended by {ActionTexts.By(holder)}; create an Unsuspend first")
            : null;
    }

    /// <summary>What the action names stands still. Null: nothing of it does.</summary>
    private static string? Wrong(ActionRequest request)
    {
        var wrong = request.Draft.Effective.Wrong;
        return wrong.Flows.GetValueOrDefault(request.Spec.Flow) is { } flow
                ? $"flow '{request.Spec.Flow}' stands still, because its spec is wrong: {flow}"
            : request.Stores.FirstOrDefault(request.Draft.Roster.Wrong.Contains) is { } store
                ? $"store '{store}' stands still, because its spec is wrong: {wrong.Stores[store]}"
            : null;
    }

    /// <summary>The order that suspends each named store in each flow; without named stores, the order that suspends each flow.</summary>
    private static ImmutableArray<SuspensionOrder?> Holders(ActionRequest request)
    {
        var (held, now) = (Suspensions.Of(request.Draft.Record.Actions), request.Draft.Now);
        return
        [
            .. request.Flows.SelectMany(f =>
                request.Stores.IsEmpty
                    ? [held.HolderOf(f.Name, now)]
                    : request.Stores.Select(s => held.HolderOf(f.Name, s, now))
            ),
        ];
    }

    private static ActionVerdict Open(ActionRequest request)
    {
        var draft = request.Draft;
        var held = Suspensions.Of(draft.Record.Actions);
        var flows = request.Flows.Where(f => held.HolderOf(f.Name, draft.Now) is null).ToImmutableArray();
        var full = flows.FirstOrDefault(f =>
            draft.Record.Plan(f.Name).Occasions.Count(o => o is { Kind: OccasionKind.RunNow, IsClosed: false }) >= Most
        );
        if (full is not null)
        {
            return ActionVerdict.Reject(draft, $"{Most} run-nows of flow '{full.Name}' wait already; wait for them");
        }
        var stores = request.Stores.IsEmpty ? draft.Roster.Active : request.Stores;
        var opened = flows.Aggregate(draft, (d, flow) => Open(d, flow, request));
        var names = ActionTexts.Names([.. flows.Select(f => f.Name)]);
        var last = UtcText.Of(draft.Now + flows.Max(f => f.StartingDeadline.Value));
        return ActionVerdict.Apply(
            AuthPauses.Clear(opened.Record, stores),
            $"{Bounded(request)}{stores.Length} stores are to run in flows {names}, each to start by {last}"
        );
    }

    /// <summary>The instant from which work is redone; null: nothing is redone.</summary>
    private static DateTimeOffset? RedoFrom(ActionRequest request)
    {
        var earliest = DateTimeOffset.FromUnixTimeSeconds((request.Draft.Now - MostRedone).ToUnixTimeSeconds());
        return request.Spec.Since.Value is { } since && since < earliest ? earliest : request.Spec.Since.Value;
    }

    /// <summary>Says that since was too early. It is the beginning of the message, because the end of a long one is cut.</summary>
    private static string Bounded(ActionRequest request) =>
        RedoFrom(request) is { } from && from != request.Spec.Since.Value
            ? $"since is more than {MostRedone.TotalDays:0} days ago, so work is redone from {UtcText.Of(from)}; "
            : "";

    private static Draft Open(Draft draft, Flow flow, ActionRequest request)
    {
        var listed = StorePlaces.Align(draft.RegisterFlow(flow));
        var plan = listed.Record.Plan(flow.Name);
        var occasion = new Occasion
        {
            Id = OccasionIds.RunNow(ActionTokens.Of(request.Action)),
            Slot = draft.Now,
            StartBy = draft.Now + flow.StartingDeadline.Value,
            StartTimeout = flow.StartTimeout,
            Timeout = flow.Timeout,
            Due = request.Stores.IsEmpty ? StorePlaces.DueRow(listed, listed.Roster.Active) : "",
            Retries = flow.Retries,
            Attempt = draft.Record.RunningAttempt?.Number ?? 0,
            Stage = draft.Record.RunningAttempt?.Stage ?? 0,
            Order = new RunOrder { Stores = request.Stores, Since = RedoFrom(request) },
        };
        return listed with
        {
            Record = listed.Record.With(flow.Name, plan with { Occasions = plan.Occasions.Add(occasion) }),
        };
    }
}
