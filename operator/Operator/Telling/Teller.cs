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
    ClusterCache cache,
    RunLog runs,
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
        foreach (var other in gathered.OtherRollouts)
        {
            var message =
                $"SyncRollout '{PolicyOf(gathered.Seen.Rollout)?.Metadata.Name}' is older and in charge of connector '{key.Name}'; delete one of the two";
            await TellStalledAsync(other, new Stall(Reasons.Conflict, message), writes, ct);
        }
        foreach (var moved in gathered.MovedRollouts)
        {
            await TellStalledAsync(moved, Moved(moved, key), writes, ct);
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

    /// <summary>The connector exists, but nobody plans it now.</summary>
    public void TellNotPlanned(ObjectKey key) => metrics.NotPlanned(key);

    /// <summary>Writes to the object's status, and as an event, that the object can't be read.</summary>
    public Task TellUnreadableAsync(
        ResourceType type,
        UnreadableObject unreadable,
        WritePass writes,
        CancellationToken ct
    ) =>
        writes.TryAsync(
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

    /// <summary>Writes the statuses of actions that can't be read or name no valid connector.</summary>
    public async Task TellNobodysActionsAsync(ObjectKey nobody, WritePass writes, CancellationToken ct)
    {
        foreach (var unreadable in await actions.UnreadableAsync(nobody.Namespace, ct))
        {
            await TellUnreadableAsync(Kinds.Actions, unreadable, writes, ct);
        }
        await actions.TellWithoutConnectorAsync(nobody, writes, ct);
    }

    /// <summary>Writes the statuses of rollouts and actions whose connector does not exist.</summary>
    public async Task TellWithoutConnectorAsync(ObjectKey key, WritePass writes, CancellationToken ct)
    {
        metrics.Forget(key);
        foreach (var rollout in cache.RolloutsOf(key))
        {
            var message =
                $"there is no MarketplaceConnector '{key.Name}' in namespace '{key.Namespace}'; create it, or delete this SyncRollout and create one with the right name";
            var stall = RolloutBinding.Problem(rollout, key.Name) is null
                ? new Stall(Reasons.ConnectorNotFound, message)
                : Moved(rollout, key);
            await TellStalledAsync(rollout, stall, writes, ct);
        }
        await actions.TellWithoutConnectorAsync(key, writes, ct);
    }

    private static TimeSpan? Sooner(TimeSpan? one, TimeSpan? other) => one < other || other is null ? one : other;

    private async Task<TimeSpan?> TellConnectorAsync(Decision decision, WritePass writes, CancellationToken ct)
    {
        var connector = decision.Gathered.Seen.Connector;
        var status = decision.Plan.ConnectorStatus with
        {
            RecordId = decision.Witness?.Id ?? connector.Status.RecordId,
            RecordCounter = decision.Witness?.Counter ?? connector.Status.RecordCounter,
        };
        TimeSpan? rest = null;
        await writes.TryAsync(
            Kinds.StatusWrite(Kinds.Connectors, connector.Metadata.Name),
            async () => rest = await statuses.WriteAsync(connector, status, decision.Committed is not null, ct)
        );
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
        await writes.TryAsync(
            Kinds.StatusWrite(Kinds.Rollouts, policy.Metadata.Name),
            async () => rest = await statuses.WriteAsync(policy, status, decision.Committed is not null, ct)
        );
        return rest;
    }

    private sealed record Stall(string Reason, string Message);

    private static Stall Moved(SyncRollout rollout, ObjectKey connector) =>
        new(Reasons.ConnectorChanged, RolloutBinding.Problem(rollout, connector.Name) ?? "");

    private Task<bool> TellStalledAsync(SyncRollout rollout, Stall stall, WritePass writes, CancellationToken ct) =>
        writes.TryAsync(
            Kinds.StatusWrite(Kinds.Rollouts, rollout.Metadata.Name),
            () =>
                statuses.WriteAsync(
                    rollout,
                    RolloutTeller.TellStalled(rollout, stall.Reason, stall.Message, time.GetUtcNow()),
                    hasCommitted: false,
                    ct
                )
        );

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
        foreach (var note in plan.Events.TakeWhile(_ => time.GetElapsedTime(begun) < EventsPatience))
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
