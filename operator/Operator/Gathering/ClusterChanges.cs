using Operator.Api;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// Handles each change of a cached object: updates the indexes and queues the affected connectors. Each informer calls it from
/// its own task; the indexes may be read from any thread.
/// </summary>
internal sealed class ClusterChanges(
    KeyedQueue queue,
    OwnStatuses own,
    PodsByConnector pods,
    FinishedPods finished,
    SharedSecrets secrets,
    AccountSharing accounts
)
{
    /// <summary>Runs of a slot start and end at about the same time, so one reconcile handles their changes together.</summary>
    private static readonly TimeSpan PodsPause = TimeSpan.FromMilliseconds(300);

    private readonly OwnerIndex _readersOf = new();
    private readonly PodOwners _podOwners = new();

    /// <summary>The rollouts that name a connector.</summary>
    public OwnerIndex RolloutsOf { get; } = new();

    /// <summary>The actions that name a connector.</summary>
    public ActionsByConnector ActionsOf { get; } = new();

    public void OnConnector(ObjectChange<CachedConnector> change)
    {
        foreach (var list in change.Before?.StoreLists ?? [])
        {
            _readersOf.Remove(OwnerOf(change.Key, list.Name), change.Key);
        }
        foreach (var list in change.After?.StoreLists ?? [])
        {
            _readersOf.Add(OwnerOf(change.Key, list.Name), change.Key);
        }
        if (!own.IsOwn(Kinds.Connectors, change.Key, change.After?.ResourceVersion))
        {
            queue.Add(change.Key, change.Lane);
        }
        NoteCredentials(change.Key);
    }

    private void NoteCredentials(ObjectKey connector)
    {
        foreach (var other in secrets.Note(connector).Union(accounts.Note(connector)))
        {
            queue.Add(other);
        }
    }

    public void OnRollout(ObjectChange<SyncRollout> change)
    {
        var (before, after) = (OwnerOf(change.Key, change.Before), OwnerOf(change.Key, change.After));
        if (before is { } left)
        {
            RolloutsOf.Remove(left, change.Key);
        }
        if (after is { } owner)
        {
            RolloutsOf.Add(owner, change.Key);
        }
        if (own.IsOwn(Kinds.Rollouts, change.Key, change.After?.Metadata.ResourceVersion))
        {
            return;
        }
        foreach (var connector in new[] { before, after }.OfType<ObjectKey>().Distinct())
        {
            queue.Add(connector, change.Lane);
        }
    }

    public void OnAction(ObjectChange<SyncAction> change)
    {
        ActionsOf.Seen(change);
        var isOwn = own.IsOwn(Kinds.Actions, change.Key, change.After?.Metadata.ResourceVersion);
        if (change.After is { } after && !isOwn)
        {
            queue.Add(ActionsByConnector.TargetOf(after), change.Lane);
        }
    }

    public void OnStoreLists(ObjectChange<CachedStoreLists> change)
    {
        foreach (var connector in _readersOf.Of(change.Key))
        {
            queue.Add(connector, change.Lane);
            NoteCredentials(connector);
        }
    }

    public void OnPod(ObjectChange<CachedPod> change)
    {
        if (change is { Before: { } last, After: { } now } && last.Pod.Uid != now.Pod.Uid)
        {
            // The name was given away while the watch was behind: one pod has left and another one has come.
            OnPod(change with { After = null });
            OnPod(change with { Before = null });
            return;
        }
        // Somebody else's pod with our label names no connector: nobody would ever forget it.
        if (_podOwners.OwnerOf(change) is not { } owner)
        {
            return;
        }
        if (change.After is { } present)
        {
            pods.Seen(owner, present.Pod);
        }
        else if (change.Before is { } left)
        {
            pods.Left(owner, left.Pod);
        }
        queue.AddAfter(owner, PodsPause);
        foreach (var crowded in finished.Note(owner, change.Before?.Pod, change.After?.Pod))
        {
            queue.AddAfter(crowded, PodsPause);
        }
    }

    private static ObjectKey? OwnerOf(ObjectKey item, SyncRollout? rollout) =>
        rollout is null ? null : OwnerOf(item, rollout.Spec.ConnectorRef.Name);

    private static ObjectKey OwnerOf(ObjectKey item, string? connectorName) => new(item.Namespace, connectorName ?? "");
}
