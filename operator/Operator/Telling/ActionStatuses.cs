using Operator.Api;
using Operator.Gathering;
using Operator.Planning.Telling;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>Writes what became of actions into their statuses. One that was deleted or written by others holds up no other.</summary>
internal sealed class ActionStatuses(IKubeApi api, StatusWriter statuses, ClusterCache cache, TimeProvider time)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <summary>Returns after how long it must be called again to tell the rest; null: all is told.</summary>
    public async Task<TimeSpan?> TellAsync(IEnumerable<ToldAction> told, CancellationToken ct)
    {
        var areAllTold = true;
        foreach (var (action, status) in told)
        {
            areAllTold &= await TryTellAsync(action, status, ct);
        }
        return areAllTold ? null : Retry;
    }

    /// <summary>Actions whose connector is not there say so and wait.</summary>
    public Task<TimeSpan?> TellWithoutConnectorAsync(ObjectKey connector, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return TellAsync(
            cache.ActionsOf(connector).Select(a => ActionTeller.TellWithoutConnector(a, now)).OfType<ToldAction>(),
            ct
        );
    }

    /// <summary>Actions of a namespace that can't be read.</summary>
    public async Task<IReadOnlyList<UnreadableObject>> UnreadableAsync(string ns, CancellationToken ct)
    {
        var found = new List<UnreadableObject>();
        foreach (var (key, why) in cache.Actions.Undecodable)
        {
            if (
                string.Equals(key.Namespace, ns, StringComparison.Ordinal)
                && await api.GetAsync(Kinds.Actions, key, ct) is { } item
            )
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
            await statuses.WriteAsync(action, status, ct);
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
}
