using System.Collections.Immutable;
using Operator.Api;
using Operator.Gathering;
using Operator.Planning;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Telling;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>
/// Reports decisions to users: log lines and counters after the commit; gauges, events and statuses after the changes.
/// </summary>
internal sealed class Teller(
    StatusWriter statuses,
    ActionStatuses actions,
    EventRecorder events,
    OperatorMetrics metrics,
    RunLog runs,
    StandBackTeller standBack,
    TimeProvider time
)
{
    private static readonly TimeSpan EventsPatience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Logs and counts the results of the last commit, before the changes, which may fail. So no result is reported twice. If the
    /// process ends between the commit and this call, the log lines and counts are lost, but the record has the results.
    /// </summary>
    public void TellCommitted(Gathered gathered, Plan plan)
    {
        var (seen, key) = (gathered.Seen, Kinds.KeyOf(gathered.Seen.Connector.Metadata));
        runs.Tell(key, plan);
        metrics.Committed(key, plan, RecordBefore(seen.Record), seen.Connector.Spec.Sync.Resources);
    }

    /// <summary>
    /// Reports the decision. A write that fails does not stop the others. Returns the time after which the caller must call again to
    /// write the rest; null: all other writes are done.
    /// </summary>
    public async Task<TimeSpan?> TellAsync(Decision decision, WritePass writes, CancellationToken ct)
    {
        var (gathered, plan) = (decision.Gathered, decision.Plan);
        var key = Kinds.KeyOf(gathered.Seen.Connector.Metadata);
        if (plan.StandsBack)
        {
            return await standBack.TellAsync(gathered, plan, writes, ct);
        }
        standBack.Forget(key);
        metrics.Planned(key, plan);
        if (decision.Committed is not null)
        {
            await TellEventsAsync(gathered.Seen, plan, ct);
        }
        var rest = Sooner(await TellConnectorAsync(decision, writes, ct), await TellRolloutAsync(decision, writes, ct));
        await actions.TellAsync(key, plan.Actions, writes, ct);
        await actions.RemoveAsync(plan.OutdatedActions, writes, ct);
        foreach (var unreadable in gathered.UnreadableRollouts)
        {
            await TellUnreadableAsync(Kinds.Rollouts, unreadable, writes, ct);
        }
        foreach (var other in gathered.Seen.OtherRollouts)
        {
            var message = RolloutOrder.WhyNot(other, gathered.InCharge!); // without it there are no others
            await TellStalledAsync(other, new Stall(Reasons.Conflict, message), writes, ct);
        }
        if (gathered.InCharge is { } first && gathered.Seen.Rollout is RolloutSight.Unusable { Policy: null } unread)
        {
            await TellHeldAsync(first, unread, writes, ct);
        }
        foreach (var moved in gathered.MovedRollouts)
        {
            await TellStalledAsync(moved, Moved(moved, key), writes, ct);
        }
        return rest;
    }

    /// <summary>A rollout that can be read is not followed while another one of its connector can't be read.</summary>
    private Task TellHeldAsync(
        SyncRollout first,
        RolloutSight.Unusable unread,
        WritePass writes,
        CancellationToken ct
    ) =>
        first.Metadata.Uid == unread.PolicyUid
            ? Task.CompletedTask
            : TellStalledAsync(first, new Stall(Reasons.Conflict, RolloutOrder.WhyHeld(unread.Name)), writes, ct);

    /// <summary>The connector exists, but nobody plans it now.</summary>
    public void TellNotPlanned(ObjectKey key) => metrics.NotPlanned(key);

    /// <summary>Writes to the object's status, and as an event, that the object can't be read.</summary>
    public Task TellUnreadableAsync(
        ResourceType type,
        UnreadableObject unreadable,
        WritePass writes,
        CancellationToken ct
    )
    {
        if (type == Kinds.Connectors)
        {
            metrics.Unreadable(unreadable.Item.Key);
        }
        return writes.TryAsync(
            Kinds.StatusWrite(type, unreadable.Item.Name),
            async () =>
            {
                if (await statuses.WriteUnreadableAsync(type, unreadable, time.GetUtcNow(), ct))
                {
                    var item = unreadable.Item;
                    var subject = new EventSubject(ApiGroup.ApiVersion, Kinds.NameOf(type), item.Key, item.Uid);
                    await events.TellAsync(subject, Reasons.Undecodable, unreadable.Why, isWarning: true, ct);
                }
            }
        );
    }

    /// <summary>Writes the statuses of actions that can't be read or name no valid connector.</summary>
    public async Task TellNobodysActionsAsync(ObjectKey nobody, Orphans orphans, WritePass writes, CancellationToken ct)
    {
        foreach (var unreadable in await actions.UnreadableAsync(nobody.Namespace, writes, ct))
        {
            await TellUnreadableAsync(Kinds.Actions, unreadable, writes, ct);
        }
        await actions.TellWithoutConnectorAsync(nobody, orphans.Actions, writes, ct);
    }

    /// <summary>Writes the statuses of rollouts and actions whose connector does not exist.</summary>
    public async Task TellWithoutConnectorAsync(ObjectKey key, Orphans orphans, WritePass writes, CancellationToken ct)
    {
        metrics.Forget(key);
        standBack.Forget(key);
        foreach (var rollout in orphans.Rollouts)
        {
            var message =
                $"there is no MarketplaceConnector '{key.Name}' in namespace '{key.Namespace}'; create it, or delete this SyncRollout and create one with the right name";
            var stall = RolloutBinding.Problem(rollout, key.Name) is null
                ? new Stall(Reasons.ConnectorNotFound, message)
                : Moved(rollout, key);
            await TellStalledAsync(rollout, stall, writes, ct);
        }
        await actions.TellWithoutConnectorAsync(key, orphans.Actions, writes, ct);
    }

    private static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other) => one < other || other is null ? one : other;

    /// <summary>
    /// Tells the conditions that the written status made bad. After the write, so that of two writers only the one that won tells, and a
    /// restart tells nothing again; if the process ends in between, the event is lost and the condition stays. The plan's events about
    /// these conditions come now, too: before a write that meets a conflict they would be told by the next pass once more.
    /// </summary>
    private async Task TellNewsAsync(EventSubject subject, IEnumerable<EventNote> news, CancellationToken ct)
    {
        foreach (var note in news)
        {
            await events.TellAsync(subject, note.Reason, note.Message, note.IsWarning, ct);
        }
    }

    /// <summary>The events of the plan; none when it was not committed.</summary>
    private static ImmutableArray<EventNote> EventsOf(Decision decision) =>
        decision.Committed is null ? [] : decision.Plan.Events;

    private async Task<TimeSpan?> TellConnectorAsync(Decision decision, WritePass writes, CancellationToken ct)
    {
        var connector = decision.Gathered.Seen.Connector;
        var status = decision.Plan.ConnectorStatus with
        {
            RecordId = decision.Witness?.Id ?? connector.Status.RecordId,
            RecordCounter = decision.Witness?.Counter ?? connector.Status.RecordCounter,
        };
        TimeSpan? rest = null;
        var isWritten = await writes.TryAsync(
            Kinds.StatusWrite(Kinds.Connectors, connector.Metadata.Name),
            async () =>
                rest = await statuses.WriteAsync(
                    connector,
                    status,
                    decision.HasNumbersFor(connector.Status.RecordCounter),
                    ct
                )
        );
        if (isWritten)
        {
            var news = ConditionNews.Told(
                EventTarget.Connector,
                connector.Status.Conditions,
                status.Conditions,
                EventsOf(decision)
            );
            await TellNewsAsync(Subject(ApiGroup.ConnectorKind, connector.Metadata), news, ct);
        }
        return rest;
    }

    private async Task<TimeSpan?> TellRolloutAsync(Decision decision, WritePass writes, CancellationToken ct)
    {
        var seen = decision.Gathered.Seen;
        if (PolicyOf(seen.Rollout) is not { } policy || decision.Plan.RolloutStatus is not { } told)
        {
            return null;
        }
        var status = told with
        {
            Connector = seen.Connector.Metadata.Name,
            RecordId = decision.Witness?.Id ?? policy.Status.RecordId,
            RecordCounter = decision.Witness?.Counter ?? policy.Status.RecordCounter,
        };
        TimeSpan? rest = null;
        var isWritten = await writes.TryAsync(
            Kinds.StatusWrite(Kinds.Rollouts, policy.Metadata.Name),
            async () =>
                rest = await statuses.WriteAsync(
                    policy,
                    status,
                    decision.HasNumbersFor(policy.Status.RecordCounter),
                    ct
                )
        );
        if (isWritten)
        {
            var news = ConditionNews.Told(
                EventTarget.Rollout,
                policy.Status.Conditions,
                status.Conditions,
                EventsOf(decision)
            );
            await TellNewsAsync(Subject(ApiGroup.RolloutKind, policy.Metadata), news, ct);
        }
        return rest;
    }

    private sealed record Stall(string Reason, string Message);

    private static Stall Moved(SyncRollout rollout, ObjectKey connector) =>
        new(Reasons.ConnectorChanged, RolloutBinding.Problem(rollout, connector.Name) ?? "");

    private async Task TellStalledAsync(SyncRollout rollout, Stall stall, WritePass writes, CancellationToken ct)
    {
        var status = RolloutTeller.TellStalled(rollout, stall.Reason, stall.Message, time.GetUtcNow());
        var isWritten = await writes.TryAsync(
            Kinds.StatusWrite(Kinds.Rollouts, rollout.Metadata.Name),
            () => statuses.WriteAsync(rollout, status, mayOwe: false, ct)
        );
        if (isWritten)
        {
            var news = ConditionNews.Told(EventTarget.Rollout, rollout.Status.Conditions, status.Conditions, []);
            await TellNewsAsync(Subject(ApiGroup.RolloutKind, rollout.Metadata), news, ct);
        }
    }

    private static SyncRollout? PolicyOf(RolloutSight sight) =>
        sight switch
        {
            RolloutSight.Present present => present.Policy,
            RolloutSight.Unusable unusable => unusable.Policy,
            _ => null,
        };

    /// <summary>The record before the commit, as far as it is known.</summary>
    private static ConnectorRecord RecordBefore(RecordSight record) =>
        record switch
        {
            RecordSight.Found found => found.Record,
            RecordSight.Lost { Attempts: { } attempts } => new ConnectorRecord { Attempts = attempts },
            _ => new ConnectorRecord(),
        };

    private async Task TellEventsAsync(Observation seen, Plan plan, CancellationToken ct)
    {
        var connector = Subject(ApiGroup.ConnectorKind, seen.Connector.Metadata);
        var rollout = PolicyOf(seen.Rollout) is { } policy ? Subject(ApiGroup.RolloutKind, policy.Metadata) : connector;
        var begun = time.GetTimestamp();
        // While the server does not answer, each event takes seconds; the statuses must not wait for that.
        var now = plan.Events.Where(e => !WaitsForStatus(e, seen, plan));
        foreach (var note in now.TakeWhile(_ => time.GetElapsedTime(begun) < EventsPatience))
        {
            await events.TellAsync(
                note.Target == EventTarget.Rollout ? rollout : connector,
                note.Reason,
                note.Message,
                note.IsWarning,
                ct
            );
        }
    }

    /// <summary>The event tells a condition, so it is told with the status of its object.</summary>
    private static bool WaitsForStatus(EventNote note, Observation seen, Plan plan) =>
        ConditionNews.IsAbout(
            note,
            EventTarget.Connector,
            seen.Connector.Status.Conditions,
            plan.ConnectorStatus.Conditions
        )
        || (
            PolicyOf(seen.Rollout) is { } policy
            && plan.RolloutStatus is { } told
            && ConditionNews.IsAbout(note, EventTarget.Rollout, policy.Status.Conditions, told.Conditions)
        );

    private static EventSubject Subject(string kind, ObjectMeta metadata) =>
        new(ApiGroup.ApiVersion, kind, Kinds.KeyOf(metadata), metadata.Uid);
}
