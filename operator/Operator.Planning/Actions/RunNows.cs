using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Actions;

/// <summary>RunNow: each store runs once, as soon as there is room, beside the schedule.</summary>
internal static class RunNows
{
    /// <summary>Who asked for a run "now" does not mean one that comes with a backup, or after the operator's absence.</summary>
    private static readonly TimeSpan OldestAge = TimeSpan.FromHours(1);

    /// <summary>Open ones of one flow.</summary>
    private const int Most = 20;

    public static ActionVerdict Judge(ActionRequest request)
    {
        var draft = request.Draft;
        if (draft.Now - request.CreatedAt > OldestAge)
        {
            return ActionVerdict.Expire(
                draft,
                "it was made more than an hour before anybody could do it; make another one if it is still wanted"
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
                "spec.suspend suspends the connector, and Git is in charge there; set it to false",
            _ when isWithoutTruth =>
                "the record was lost and nobody knows what the stores ran; see the connector's condition Ready",
            _ => null,
        };
        return problem is null ? null : ActionVerdict.Reject(draft, problem);
    }

    private static ActionVerdict? Stopped(ActionRequest request)
    {
        var draft = request.Draft;
        var bySpec = request.Stores.Where(s => !draft.Roster.IsActive(s)).ToImmutableArray();
        if (!bySpec.IsEmpty)
        {
            return ActionVerdict.Reject(
                draft,
                $"suspend is set for {ActionTexts.Stores(bySpec)} in the connector, and Git is in charge there; set it to false"
            );
        }
        if (draft.Roster.Active.IsEmpty)
        {
            return ActionVerdict.Reject(draft, "the connector has no active store");
        }
        var holders = Holders(request);
        // Whoever names stores means each of them; whoever names none means those that may run.
        var isStopped = request.Stores.IsEmpty ? holders.All(h => h is not null) : holders.Any(h => h is not null);
        return isStopped && holders.OfType<SuspensionOrder>().FirstOrDefault() is { } holder
            ? ActionVerdict.Reject(draft, $"it is suspended by {ActionTexts.By(holder)}; make an Unsuspend first")
            : null;
    }

    /// <summary>What holds each store that it names in each of its flows, or else each of its flows.</summary>
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
            $"{stores.Length} stores are to run in flows {names}, each to start by {last}"
        );
    }

    private static Draft Open(Draft draft, Flow flow, ActionRequest request)
    {
        var listed = draft.RegisterFlow(flow.Name);
        var plan = listed.Record.Plan(flow.Name);
        var occasion = new Occasion
        {
            Id = OccasionIds.RunNow(ActionTokens.Of(request.Action)),
            Slot = draft.Now,
            StartBy = draft.Now + flow.StartingDeadline.Value,
            Retries = flow.Retries,
            Order = new RunOrder { Stores = request.Stores, Since = request.Spec.Since.Value },
        };
        return listed with
        {
            Record = listed.Record.With(flow.Name, plan with { Occasions = plan.Occasions.Add(occasion) }),
        };
    }
}
