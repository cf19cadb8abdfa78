using Operator.Api;
using Operator.Gathering;
using Operator.Planning.Actions;
using Operator.Planning.Telling;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>
/// Writes the statuses of actions and removes old actions. A write that fails does not delay those of the other actions: it is tried
/// last in the next pass.
/// </summary>
internal sealed partial class ActionStatuses(
    IKubeApi api,
    StatusWriter writer,
    EventRecorder events,
    ClusterCache cache,
    TimeProvider time,
    ILogger<ActionStatuses> logger
)
{
    private readonly TryOrder _order = new();

    public async Task TellAsync(
        ObjectKey connector,
        IEnumerable<ToldAction> told,
        WritePass writes,
        CancellationToken ct
    )
    {
        foreach (var (action, status) in _order.Of(connector, told, t => WriteOf(t.Action)))
        {
            await TryTellAsync(action, status, writes, ct);
        }
        _order.Note(connector, writes);
    }

    /// <summary>Writes to actions that their connector does not exist; the actions wait for it.</summary>
    public async Task TellWithoutConnectorAsync(
        ObjectKey connector,
        IEnumerable<SyncAction> orphans,
        WritePass writes,
        CancellationToken ct
    )
    {
        var now = time.GetUtcNow();
        foreach (var action in _order.Of(connector, orphans, WriteOf))
        {
            var told = ActionTeller.TellWithoutConnector(action, now);
            var isTold = told is null || await TryTellAsync(action, told.Status, writes, ct);
            var known = action with { Status = told?.Status ?? action.Status };
            // Removal logs the final status, so the status must be written first.
            if (isTold && ActionAges.IsOutdated(known, now))
            {
                await RemoveAsync([known], writes, ct);
            }
        }
        _order.Note(connector, writes);
    }

    /// <summary>Deletes outdated actions, and logs each one, so that the log still shows who asked for what.</summary>
    public async Task RemoveAsync(IEnumerable<SyncAction> outdated, WritePass writes, CancellationToken ct)
    {
        foreach (var action in outdated)
        {
            await writes.TryAsync(
                $"delete {ApiGroup.ActionKind} {action.Metadata.Name}",
                () => RemoveAsync(action, ct)
            );
        }
    }

    private async Task RemoveAsync(SyncAction action, CancellationToken ct)
    {
        var key = Kinds.KeyOf(action.Metadata);
        if (await api.DeleteAsync(Kinds.Actions, key, action.Metadata.Uid, ct) != Deletion.Deleted)
        {
            return;
        }
        var (spec, status) = (action.Spec, action.Status);
        Log.Removed(
            logger,
            key,
            action.Metadata.CreationTimestamp,
            spec.Action,
            spec.TargetRef.Name,
            spec.Flow.Length == 0 ? "every flow" : spec.Flow,
            spec.Stores.IsEmpty ? "every store" : string.Join(", ", spec.Stores),
            spec.Reason,
            status.State,
            status.Message
        );
    }

    /// <summary>The actions of a namespace that can't be decoded. One that can't be read now is a failed write, so it is tried again.</summary>
    public async Task<IReadOnlyList<UnreadableObject>> UnreadableAsync(
        string ns,
        WritePass writes,
        CancellationToken ct
    )
    {
        var found = new List<UnreadableObject>();
        foreach (var (key, why) in cache.Actions.Undecodable.Where(u => u.Key.Namespace == ns))
        {
            await writes.TryAsync(
                Kinds.StatusWrite(Kinds.Actions, key.Name),
                async () =>
                {
                    if (await api.GetAsync(Kinds.Actions, key, ct) is { } item)
                    {
                        found.Add(new UnreadableObject(item, why));
                    }
                }
            );
        }
        return found;
    }

    private async Task<bool> TryTellAsync(
        SyncAction action,
        ActionStatus status,
        WritePass writes,
        CancellationToken ct
    )
    {
        var isWritten = await writes.TryAsync(WriteOf(action), () => writer.WriteAsync(action, status, ct));
        if (isWritten)
        {
            var key = Kinds.KeyOf(action.Metadata);
            var subject = new EventSubject(ApiGroup.ApiVersion, ApiGroup.ActionKind, key, action.Metadata.Uid);
            foreach (var news in ConditionNews.Of(action.Status.Conditions, status.Conditions))
            {
                await events.TellAsync(subject, news.Reason, news.Message, isWarning: true, ct);
            }
        }
        return isWritten;
    }

    private static string WriteOf(SyncAction action) => Kinds.StatusWrite(Kinds.Actions, action.Metadata.Name);

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "Removed SyncAction {Key}, made {MadeAt}: {Action} of {Target}, flow {Flow}, stores {Stores}, because {Reason}; {State}: {Message}"
        )]
        public static partial void Removed(
            ILogger logger,
            ObjectKey key,
            DateTimeOffset? madeAt,
            ActionVerb action,
            string target,
            string flow,
            string stores,
            string reason,
            string? state,
            string? message
        );
    }
}
