using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>Checks the namespace of a new object, and deletes namespaces with content. Used under the cluster's lock.</summary>
internal sealed class Namespaces(ClusterState state)
{
    private const string Name = "namespace-controller";
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    public void Create(string ns) =>
        state.Store.Save(
            ResourceKinds.Namespaces,
            new JsonObject
            {
                ["kind"] = "Namespace",
                ["apiVersion"] = "v1",
                ["metadata"] = new JsonObject
                {
                    ["name"] = ns,
                    ["uid"] = state.NewUid(),
                    ["creationTimestamp"] = state.ServerNow.Seconds(),
                },
                ["status"] = new JsonObject { ["phase"] = "Active" },
            }
        );

    public void CheckCreation(ResourceKind kind, ObjectKey key)
    {
        if (!kind.IsNamespaced)
        {
            return;
        }
        if (Find(key.Namespace) is not { } found)
        {
            if (!state.Options.CreatesNamespaces)
            {
                throw ApiFailure.NotFound(ResourceKinds.Namespaces, key.Namespace);
            }
            Create(key.Namespace);
        }
        else if (found.DeletionTimestamp is not null)
        {
            throw ApiFailure.Terminating(kind, key);
        }
    }

    public WriteAnswer BeginDeletion(StoredObject stored)
    {
        if (stored.DeletionTimestamp is not null)
        {
            return new WriteAnswer(stored.Json, HasChanged: false);
        }
        var item = stored.Thaw();
        item.Section("metadata")["deletionTimestamp"] = state.ServerNow.Seconds();
        item.Section("status")["phase"] = "Terminating";
        var saved = state.Store.Save(stored.Kind, item);
        state.Later(state.Options.NamespaceDeletionDelay, Name, () => Sweep(stored.Key.Name, stored.Uid));
        return new WriteAnswer(saved.Json, HasChanged: true);
    }

    private void Sweep(string ns, string uid)
    {
        foreach (var item in state.Store.InNamespace(ns).Where(o => o.DeletionTimestamp is null).ToList())
        {
            state.Deletions.Begin(item, grace: null);
        }
        if (state.Store.InNamespace(ns).Any())
        {
            state.Later(Recheck, Name, () => Sweep(ns, uid));
        }
        else if (state.Store.FindByUid(uid) is { } empty)
        {
            state.Store.Remove(empty);
        }
    }

    private StoredObject? Find(string ns) => state.Store.Find(ResourceKinds.Namespaces.Type, new ObjectKey("", ns));
}
