using Operator.Api;
using Operator.Gathering;
using Operator.Planning.Actions;
using Operator.Planning.Telling;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>
/// Writes the statuses of actions and removes old actions. An action that another client deleted or changed does not delay the
/// other actions.
/// </summary>
internal sealed partial class ActionStatuses(
    IKubeApi api,
    StatusWriter writer,
    ClusterCache cache,
    TimeProvider time,
    ILogger<ActionStatuses> logger
)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Returns the time after which the caller must call again; null: all statuses are written.</summary>
    public async Task<TimeSpan?> TellAsync(IEnumerable<ToldAction> told, CancellationToken ct)
    {
        var areAllTold = true;
        foreach (var (action, status) in told)
        {
            areAllTold &= await TryTellAsync(action, status, ct);
        }
        return areAllTold ? null : Retry;
    }

    /// <summary>Writes to actions that their connector does not exist; the actions wait for it.</summary>
    public async Task<TimeSpan?> TellWithoutConnectorAsync(ObjectKey connector, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var actions = cache.ActionsOf(connector).ToList();
        var told = actions.Select(a => ActionTeller.TellWithoutConnector(a, now)).OfType<ToldAction>().ToList();
        var again = await TellAsync(told, ct);
        var statuses = told.ToDictionary(t => t.Action.Metadata.Uid, t => t.Status, StringComparer.Ordinal);
        var known = actions.Select(a => a with { Status = statuses.GetValueOrDefault(a.Metadata.Uid) ?? a.Status });
        // Removal logs the final status, so the status must be written first.
        if (again is null)
        {
            await RemoveAsync(known.Where(a => ActionAges.IsOutdated(a, now)), ct);
        }
        return again;
    }

    /// <summary>Deletes outdated actions, and logs each one, so that the log still shows who asked for what.</summary>
    public async Task RemoveAsync(IEnumerable<SyncAction> outdated, CancellationToken ct)
    {
        foreach (var action in outdated)
        {
            var key = Kinds.KeyOf(action.Metadata);
            if (await api.DeleteAsync(Kinds.Actions, key, action.Metadata.Uid, ct) == Deletion.Deleted)
            {
                var (spec, status) = (action.Spec, action.Status);
                var stores = spec.Stores.IsEmpty ? "every store" : string.Join(", ", spec.Stores);
                Log.Removed(
                    logger,
                    key,
                    action.Metadata.CreationTimestamp,
                    spec.Action,
                    spec.TargetRef.Name,
                    spec.Flow.Length == 0 ? "every flow" : spec.Flow,
                    stores,
                    spec.Reason,
                    status.State,
                    status.Message
                );
            }
        }
    }

    /// <summary>The actions of a namespace that can't be decoded.</summary>
    public async Task<IReadOnlyList<UnreadableObject>> UnreadableAsync(string ns, CancellationToken ct)
    {
        var found = new List<UnreadableObject>();
        foreach (var (key, why) in cache.Actions.Undecodable)
        {
            if (key.Namespace == ns && await api.GetAsync(Kinds.Actions, key, ct) is { } item)
            {
                found.Add(new UnreadableObject(item, why));
            }
        }
        return found;
    }

    private async Task<bool> TryTellAsync(SyncAction action, ActionStatus status, CancellationToken ct)
    {
        try
        {
            await writer.WriteAsync(action, status, ct);
            return true;
        }
        catch (KubeApiException e) when (e.IsNotFound)
        {
            return true;
        }
        catch (KubeApiException e) when (e.IsConflict)
        {
            return false;
        }
    }

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
