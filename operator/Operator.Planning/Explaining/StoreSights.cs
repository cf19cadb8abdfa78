using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Runs;
using Operator.Planning.Stores;

namespace Operator.Planning.Explaining;

/// <summary>Sentences about the current state of one store.</summary>
internal static class StoreSights
{
    /// <summary>What holds the store's runs in all flows.</summary>
    public static IEnumerable<string> OfStore(Draft draft, StoreQuestion question)
    {
        var (store, status) = (question.Store, draft.Seen.Connector.Status);
        if (question.Record is null)
        {
            yield return "the operator has no record of this connector: it has not planned it yet; see whether it runs";
        }
        if (question.Connector.Spec.Suspend)
        {
            yield return "the connector is suspended: nothing new is started; set spec.suspend: false";
        }
        if (draft.Roster.Find(store) is not { } listed)
        {
            yield return "the store is no longer listed";
        }
        else if (draft.Effective.Wrong.Stores.TryGetValue(store, out var wrong) && !listed.Suspend)
        {
            yield return $"the store stands still, because its spec is wrong: {wrong}";
        }
        else if (listed.Suspend && !draft.Spec.Flows.Any(f => Holder(draft, f, store) is not null))
        {
            yield return "the store is suspended: remove suspend: true from its entry";
        }
        if (Paused(draft, question) is { } paused)
        {
            yield return paused;
        }
        if (status.Conditions.FirstOrDefault(c => c is { Type: ConditionTypes.Ready, Status: "False" }) is { } ready)
        {
            yield return $"the connector is not ready: {ready.Reason}: {ready.Message}";
        }
    }

    private static string? Paused(Draft draft, StoreQuestion question)
    {
        var (store, pauses) = (question.Store, draft.Record.Pauses);
        if (pauses.Auth.GetValueOrDefault(store) is not { } pause)
        {
            return null;
        }
        var secrets = string.Join(" and ", StoreKeys.Described(draft.Effective, store));
        var advice = secrets.Length == 0 ? "the connector names no Secret; set spec.credentials" : $"check {secrets}";
        return pauses.Common is { } common
                ? $"its runs pause with those of most stores, which fail to authenticate alike since {question.Told(common.Since)}: one due run in 5 minutes tries for all, the next not before {question.Told(common.NextProbe)}; {advice}"
            : draft.Now < pause.Until
                ? $"its runs pause until {question.Told(pause.Until)}, because it failed to authenticate {pause.Failures} times in a row since {question.Told(pause.Since)}; {advice}"
            : null;
    }

    public static IEnumerable<string> OfFlow(Draft draft, Flow flow, StoreQuestion question)
    {
        var store = question.Store;
        if (Schedule.Problem(flow.Schedule, flow.TimeZone, TimeSpan.Zero) is { } problem)
        {
            yield return $"its schedule can't be followed: {problem}";
            yield break;
        }
        if (draft.Effective.Wrong.Flows.TryGetValue(flow.Name, out var wrong))
        {
            yield return $"the flow stands still, because its spec is wrong: {wrong}";
            yield break;
        }
        var plan = draft.Record.Plan(flow.Name);
        if (Holder(draft, flow, store) is { } order)
        {
            var until = order.Until is { } end ? $"until {question.Told(end)}" : "until an Unsuspend action";
            yield return $"suspended by SyncAction {order.Action} {until}{(order.Reason.Length > 0 ? $": {order.Reason}" : "")}";
        }
        foreach (var isolated in Isolated(draft, flow, store))
        {
            yield return isolated;
        }
        if (draft.Record.Ledger(flow.Name).Stores.GetValueOrDefault(store)?.RedoFrom is { } owed)
        {
            yield return $"its next run redoes the work from {question.Told(owed)} on, which a version did that was taken back";
        }
        if (EndlessMore(plan, question) is { } endless)
        {
            yield return endless;
        }
        foreach (var occasion in plan.Occasions)
        {
            foreach (var entry in occasion.Entries.Where(e => e.Result is null && Holds(e, store)))
            {
                yield return Live(draft, question, flow.Name, (occasion, entry));
            }
        }
        foreach (var occasion in plan.Plannable)
        {
            if (Waiting(draft, flow, occasion, question) is { } waiting)
            {
                yield return waiting;
            }
        }
        if (NotPlanned(draft, flow, question) is { } late)
        {
            yield return late;
        }
        var isWanted = draft.Roster.IsActive(store) && Holder(draft, flow, store) is null;
        if (isWanted && !question.Connector.Spec.Suspend && Occasions.NextSlot(draft, flow) is { } next)
        {
            yield return $"next due at {question.Told(next)}";
        }
    }

    public static string PodOf(Draft draft, string flow, string occasion, Entry entry) =>
        PodNames.Of(draft.Seen.Connector.Metadata.Name, draft.Record.Id, flow, occasion, entry.Index);

    /// <summary>Null: on its newest due time with an end the store did not reach the limit of runs.</summary>
    private static string? EndlessMore(FlowPlan plan, StoreQuestion question)
    {
        bool HasMore(Entry entry) => entry.MoreStores.Contains(question.Store, StringComparer.Ordinal);
        var newest = plan.Occasions.LastOrDefault(o => o.Order is null && o.Entries.Any(e => Holds(e, question.Store)));
        return newest is not null && newest.Entries.Count(HasMore) > Tries.MostMore
            ? $"on its due time {question.Told(newest.Slot)} it still had more to do after {Tries.MostMore + 1} runs, the most of one due time; the rest waits for the next one: let a run do more, or report \"more\" only while there is more"
            : null;
    }

    private static IEnumerable<string> Isolated(Draft draft, Flow flow, string store)
    {
        var (stable, candidate) = (draft.Record.Revisions.StableHash, draft.Record.RunningAttempt?.Revision);
        foreach (var revision in new[] { stable, candidate }.OfType<string>())
        {
            var sizes = GroupSizes
                .OfPlan(draft.Record.Plan(flow.Name), revision)
                .Where(s => s.Store == store && s.Size < flow.MaxStoresPerRun)
                .Select(s => s.Size)
                .ToList();
            if (sizes.Count > 0)
            {
                var subject = revision == stable ? "it" : $"with the candidate {revision} it";
                yield return $"{subject} runs in groups of at most {sizes.Min()}, because a run with it failed before it reached all its stores; each due time that goes well doubles this number";
            }
        }
    }

    private static string Live(Draft draft, StoreQuestion question, string flow, (Occasion Occasion, Entry Entry) run)
    {
        var pod = $"pod {PodOf(draft, flow, run.Occasion.Id, run.Entry)}";
        var which = $"its run of {question.Told(run.Occasion.Slot)}";
        return run.Entry.NotBefore is { } start && start > draft.Now ? $"{which} starts at {question.Told(start)}"
            : (NotStarting(draft) ?? CandidateNotStarting(draft, run.Entry)) is { } why
                ? $"{which} has probably not started: {why}; {pod}"
            : IsOfUnstartedCandidate(draft, run.Entry)
                ? $"{which} is the candidate's first, and it is not known yet whether it starts: {pod}"
            : $"{which} is under way: {pod}";
    }

    /// <summary>
    /// The record does not tell whether a pod was created and its container started; the connector's conditions do. Null: they name
    /// nothing that keeps runs from starting.
    /// </summary>
    private static string? NotStarting(Draft draft)
    {
        var conditions = draft.Seen.Connector.Status.Conditions;
        return conditions.Any(c => c is { Type: Reasons.PodsRefused, Status: "True" })
                ? $"the API server refuses sync pods, see the condition {Reasons.PodsRefused}"
            : conditions.Any(c =>
                c is { Type: ConditionTypes.Ready, Status: "False" } && ContainerWaits.IsOwnFault(c.Reason)
            )
                ? "no container of the due time has started, see the condition Ready"
            : null;
    }

    /// <summary>
    /// The connector's conditions do not speak of a candidate that is refused or can't start; the record does, once a run was given up for it.
    /// </summary>
    private static string? CandidateNotStarting(Draft draft, Entry entry) =>
        !IsOfCandidate(draft, entry) || draft.Record.RunningAttempt?.Refusal is not { } refusal ? null
        : !CandidateRefusals.IsOfCreation(refusal)
            ? $"no run of the candidate has started of late ({refusal.Reason}: {refusal.Words})"
        : $"the API server refuses the candidate's pods ({refusal.Reason}: {refusal.Words})";

    private static bool IsOfUnstartedCandidate(Draft draft, Entry entry) =>
        IsOfCandidate(draft, entry) && draft.Record.RunningAttempt is { HasStarted: false };

    private static bool IsOfCandidate(Draft draft, Entry entry) =>
        entry.Attempt != 0 && entry.Attempt == draft.Record.RunningAttempt?.Number;

    private static string? Waiting(Draft draft, Flow flow, Occasion occasion, StoreQuestion question)
    {
        var (store, waiting) = (question.Store, new WaitingStores());
        if (draft.Spec.Suspend || !waiting.Of(draft, flow.Name, occasion).Contains(store, StringComparer.Ordinal))
        {
            return null;
        }
        var live = draft.Record.Plan(flow.Name).Entries.Where(e => e.Result is null).ToList();
        var why =
            PauseEnd(draft, store) is { } end ? $"its pause to end at {question.Told(end)}"
            : waiting.HoldsOf(draft, flow.Name).KeptBy([store]) is { } limit ? $"the quota of {limit.Api} ({limit})"
            : live.Exists(e => Holds(e, store)) ? "its earlier run to end"
            : IsAccountBusy(draft, flow.Name, live, store) ? "the run of another store with its account to end"
            : live.Count >= flow.MaxConcurrentRuns
                ? $"a place: {live.Count} runs are live, maxConcurrentRuns is {flow.MaxConcurrentRuns}"
            : "its turn";
        return $"due since {question.Told(occasion.Slot)}, it waits for {why}; too late after {question.Told(occasion.StartBy)}";
    }

    /// <summary>A store whose pause lasts longer than the due time does not wait for it; in a common pause it may be the probe.</summary>
    private static DateTimeOffset? PauseEnd(Draft draft, string store) =>
        CommonPauses.Until(draft.Record.Pauses, store) is { } until && draft.Now < until ? until : null;

    private static bool IsAccountBusy(Draft draft, string flow, IEnumerable<Entry> live, string store) =>
        draft
            .Effective.Accounts.WithSharers(
                live.SelectMany(e => e.Stores).ToHashSet(StringComparer.Ordinal),
                FormerAccounts.OfLive(draft.Record, flow)
            )
            .Contains(store);

    /// <summary>Finds due times that an operator that is down did not plan: such an operator cannot report it.</summary>
    private static string? NotPlanned(Draft draft, Flow flow, StoreQuestion question)
    {
        var plan = draft.Record.Plan(flow.Name);
        var startable = draft.Now - flow.StartingDeadline.Value - flow.Spread.Value;
        var isWanted = draft.Roster.IsActive(question.Store) && Holder(draft, flow, question.Store) is null;
        // The operator has not seen the present schedule yet, so nothing was due by it.
        if (draft.Spec.Suspend || DueSince.IsEdited(plan, flow) || plan.LastSlot is not { } last || !isWanted)
        {
            return null;
        }
        DateTimeOffset?[] floors =
        [
            last,
            plan.ScheduledSince,
            plan.ActiveSince,
            draft.Record.Attempts.ResumedAt,
            draft.Suspended.HeldUntil(flow.Name, question.Store),
        ];
        var missed = Schedule.Of(flow).Between(floors.Max() ?? last, startable).Count;
        return missed > 0
            ? $"{missed} due times after {question.Told(last)} have not been planned: see whether the operator runs, and its log"
            : null;
    }

    /// <summary>The suspension that holds the store in this flow; null when none does.</summary>
    private static SuspensionOrder? Holder(Draft draft, Flow flow, string store) =>
        draft.Suspended.HolderOf(flow.Name, store, draft.Now);

    private static bool Holds(Entry entry, string store) => entry.Stores.Contains(store, StringComparer.Ordinal);
}
