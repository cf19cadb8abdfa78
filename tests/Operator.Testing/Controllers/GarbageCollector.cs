namespace Operator.Testing;

/// <summary>Deletes an object after a delay when all its owners are gone. Used under the cluster's lock.</summary>
internal sealed class GarbageCollector(ClusterState state)
{
    private const string Name = "garbage-collector";

    public void Seen(StoredChange change)
    {
        if (change.After is null)
        {
            var uid = change.Before!.Uid; // a removal has a last state
            state.Later(state.Options.GarbageCollectionDelay, Name, () => CollectDependants(uid));
        }
        else if (change.Before is null && change.After.Owners.Length > 0)
        {
            var uid = change.After.Uid;
            state.Later(state.Options.GarbageCollectionDelay, Name, () => Collect(uid));
        }
    }

    private void CollectDependants(string owner)
    {
        foreach (var dependant in state.Store.DependantsOf(owner).ToList())
        {
            Collect(dependant.Uid);
        }
    }

    private void Collect(string uid)
    {
        if (
            state.Store.FindByUid(uid) is { DeletionTimestamp: null } item
            && item.Owners.All(owner => state.Store.FindByUid(owner) is null)
        )
        {
            state.Deletions.Begin(item, grace: null);
        }
    }
}
