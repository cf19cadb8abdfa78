using Operator.Api;
using Operator.Gathering;
using Operator.Planning;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Telling;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>Tells users what was decided: log lines and counts with the commit; when all is done, gauges, events, statuses.</summary>
internal sealed class Teller(
    StatusWriter statuses,
    ActionStatuses actions,
    EventRecorder events,
    OperatorMetrics metrics,
    ClusterCache cache,
    RunLog runs,
    TimeProvider time
)
{
    /// <summary>
    /// Logs and counts what the commit that was just made has settled, before anything is done about it that may fail. So none of
    /// it is ever told twice; it is lost when the process ends between the commit and here, and then still is in the record.
    /// </summary>
    public void TellCommitted(Gathered gathered, Plan plan)
    {
        var (seen, key) = (gathered.Seen, Kinds.KeyOf(gathered.Seen.Connector.Metadata));
        runs.Tell(key, plan);
        var resources = seen.Connector.Spec.Sync.Resources ?? PodResources.Default;
        metrics.Committed(key, plan, resources, LastEndedAttempt(seen.Record));
    }

    /// <summary>Returns after how long it must be called again to tell the rest; null: all is told.</summary>
    public async Task<TimeSpan?> TellAsync(Gathered gathered, Plan plan, long? committedCounter, CancellationToken ct)
    {
        var (seen, key) = (gathered.Seen, Kinds.KeyOf(gathered.Seen.Connector.Metadata));
        var hasCommitted = committedCounter is not null;
        metrics.Planned(key, plan, seen.Connector.Status);
        if (hasCommitted)
        {
            await TellEventsAsync(seen, plan, ct);
        }
        var counter = committedCounter ?? plan.Record.Counter;
        var status = plan.ConnectorStatus with { RecordCounter = counter };
        var rest = await statuses.WriteAsync(seen.Connector, status, hasCommitted, ct);
        if (PolicyOf(seen.Rollout) is { } policy && plan.RolloutStatus is { } rollout)
        {
            var ofRollout = rollout with { RecordCounter = counter };
            rest = Sooner(rest, await statuses.WriteAsync(policy, ofRollout, hasCommitted, ct));
        }
        rest = Sooner(rest, await actions.TellAsync(plan.Actions, ct));
        await actions.RemoveAsync(plan.OutdatedActions, ct);
        foreach (var unreadable in gathered.UnreadableRollouts)
        {
            await TellUnreadableAsync(Kinds.Rollouts, ApiGroup.RolloutKind, unreadable, ct);
        }
        foreach (var other in gathered.OtherRollouts)
        {
            var message =
                $"SyncRollout '{PolicyOf(seen.Rollout)?.Metadata.Name}' is older and in charge of connector '{key.Name}'; delete one of the two";
            await statuses.WriteAsync(
                other,
                RolloutTeller.TellStalled(other, Reasons.Conflict, message, time.GetUtcNow()),
                hasCommitted: false,
                ct
            );
        }
        return rest;
    }

    private static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other) => one < other || other is null ? one : other;

    /// <summary>An object that can't be read says so in its own status.</summary>
    public async Task TellUnreadableAsync(
        ResourceType type,
        string kind,
        UnreadableObject unreadable,
        CancellationToken ct
    )
    {
        var (item, why) = unreadable;
        if (await statuses.WriteUnreadableAsync(type, kind, unreadable, time.GetUtcNow(), ct))
        {
            var subject = new EventSubject(ApiGroup.ApiVersion, kind, item.Key, item.Uid);
            await events.TellAsync(subject, Reasons.Undecodable, why, isWarning: true, ct);
        }
    }

    /// <summary>Actions that can't be read, or name no connector, say so. Returns when to come again, as <see cref="TellAsync"/> does.</summary>
    public async Task<TimeSpan?> TellNobodysActionsAsync(ObjectKey nobody, CancellationToken ct)
    {
        foreach (var unreadable in await actions.UnreadableAsync(nobody.Namespace, ct))
        {
            await TellUnreadableAsync(Kinds.Actions, ApiGroup.ActionKind, unreadable, ct);
        }
        return await actions.TellWithoutConnectorAsync(nobody, ct);
    }

    /// <summary>Rollouts and actions whose connector is not there say so. Returns when to come again, as <see cref="TellAsync"/> does.</summary>
    public async Task<TimeSpan?> TellWithoutConnectorAsync(ObjectKey key, CancellationToken ct)
    {
        metrics.Forget(key);
        foreach (var rollout in cache.RolloutsOf(key))
        {
            var message =
                $"there is no MarketplaceConnector '{key.Name}' in namespace '{key.Namespace}'; create it or correct spec.connectorRef";
            var status = RolloutTeller.TellStalled(rollout, Reasons.ConnectorNotFound, message, time.GetUtcNow());
            await statuses.WriteAsync(rollout, status, hasCommitted: false, ct);
        }
        return await actions.TellWithoutConnectorAsync(key, ct);
    }

    private static SyncRollout? PolicyOf(RolloutSight sight) =>
        sight switch
        {
            RolloutSight.Present present => present.Policy,
            RolloutSight.Unusable unusable => unusable.Policy,
            _ => null,
        };

    private static int LastEndedAttempt(RecordSight record) =>
        record switch
        {
            RecordSight.Found found => found.Record.Attempts.History.Select(h => h.Number).DefaultIfEmpty().Max(),
            RecordSight.Lost { Attempts: { } attempts } => attempts
                .History.Select(h => h.Number)
                .DefaultIfEmpty()
                .Max(),
            _ => 0,
        };

    private async Task TellEventsAsync(Observation seen, Plan plan, CancellationToken ct)
    {
        var connector = Subject(ApiGroup.ConnectorKind, seen.Connector.Metadata);
        var rollout = PolicyOf(seen.Rollout) is { } policy ? Subject(ApiGroup.RolloutKind, policy.Metadata) : connector;
        foreach (var note in plan.Events)
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

    private static EventSubject Subject(string kind, ObjectMeta metadata) =>
        new(ApiGroup.ApiVersion, kind, Kinds.KeyOf(metadata), metadata.Uid);
}
