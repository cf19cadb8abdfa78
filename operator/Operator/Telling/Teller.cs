using Operator.Api;
using Operator.Gathering;
using Operator.Planning;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
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
    ClusterCache cache,
    RunLog runs,
    TimeProvider time
)
{
    /// <summary>
    /// Logs and counts the results of the last commit, before the changes, which may fail. So no result is reported twice. If the
    /// process ends between the commit and this call, the log lines and counts are lost, but the record has the results.
    /// </summary>
    public void TellCommitted(Gathered gathered, Plan plan)
    {
        var (seen, key) = (gathered.Seen, Kinds.KeyOf(gathered.Seen.Connector.Metadata));
        runs.Tell(key, plan);
        var resources = seen.Connector.Spec.Sync.Resources ?? PodResources.Default;
        metrics.Committed(key, plan, resources, LastEndedAttempt(seen.Record));
    }

    /// <summary>Returns the time after which the caller must call again to write the rest; null: all is written.</summary>
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

    /// <summary>Tells as an event that the record became too large.</summary>
    public Task TellTooLargeAsync(Observation seen, CancellationToken ct) =>
        events.TellAsync(
            Subject(ApiGroup.ConnectorKind, seen.Connector.Metadata),
            Reasons.RecordTooLarge,
            RecordSizes.Message(seen.RecordTooLarge ?? ""),
            isWarning: true,
            ct
        );

    private static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other) => one < other || other is null ? one : other;

    /// <summary>Writes to the object's status, and as an event, that the object can't be read.</summary>
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

    /// <summary>
    /// Writes the statuses of actions that can't be read or name no valid connector. Returns as <see cref="TellAsync"/>.
    /// </summary>
    public async Task<TimeSpan?> TellNobodysActionsAsync(ObjectKey nobody, CancellationToken ct)
    {
        foreach (var unreadable in await actions.UnreadableAsync(nobody.Namespace, ct))
        {
            await TellUnreadableAsync(Kinds.Actions, ApiGroup.ActionKind, unreadable, ct);
        }
        return await actions.TellWithoutConnectorAsync(nobody, ct);
    }

    /// <summary>
    /// Writes the statuses of rollouts and actions whose connector does not exist. Returns as <see cref="TellAsync"/>.
    /// </summary>
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
