using System.Text.Json.Nodes;

namespace Operator.Testing;

/// <summary>How objects go: at once, after a pod's grace period, or when the last finalizer is gone. Used under the cluster's lock.</summary>
internal sealed class Deletions(ClusterState state)
{
    public WriteAnswer Begin(StoredObject stored, TimeSpan? grace)
    {
        if (stored.Kind.Type == ResourceKinds.Namespaces.Type)
        {
            return state.Namespaces.BeginDeletion(stored);
        }
        var seconds = GraceSeconds(stored, grace);
        if (seconds == 0 && !stored.HasFinalizers)
        {
            state.Store.Remove(stored);
            return new WriteAnswer(stored.Json, HasChanged: true);
        }
        var item = stored.Thaw();
        return Mark(item.Section("metadata"), seconds)
            ? new WriteAnswer(state.Store.Save(stored.Kind, item).Json, HasChanged: true)
            : new WriteAnswer(stored.Json, HasChanged: false);
    }

    /// <summary>An object that waited for its finalizers only goes with the last of them.</summary>
    public void Continue(StoredObject saved)
    {
        if (
            saved is { DeletionTimestamp: not null, HasFinalizers: false }
            && saved.Kind.Type != ResourceKinds.Namespaces.Type
            && GracePeriod(saved.Thaw()["metadata"]!.AsObject()) is null or 0 // stored objects have metadata
        )
        {
            state.Store.Remove(saved);
        }
    }

    /// <summary>False when the object is going as fast already.</summary>
    private bool Mark(JsonObject metadata, long seconds)
    {
        var isFirst = metadata["deletionTimestamp"] is null;
        if (!isFirst && (GracePeriod(metadata) ?? 0) <= seconds)
        {
            return false;
        }
        metadata["deletionTimestamp"] = (state.ServerNow + TimeSpan.FromSeconds(seconds)).Seconds();
        metadata["deletionGracePeriodSeconds"] = seconds;
        if (isFirst && metadata["generation"] is { } generation)
        {
            metadata["generation"] = generation.GetValue<long>() + 1;
        }
        return true;
    }

    private static long GraceSeconds(StoredObject stored, TimeSpan? asked)
    {
        if (!stored.Kind.HasGrace)
        {
            return 0;
        }
        var pod = stored.Json;
        // Nothing runs yet, or any more: there is nobody to wait for.
        var isIdle = pod.Field("spec", "nodeName") is null || PodStatus.HasEnded(stored);
        return isIdle ? 0
            : asked is { } grace ? (long)grace.TotalSeconds
            : pod.Field("spec", "terminationGracePeriodSeconds")!.Value.GetInt64(); // defaulted at creation
    }

    private static long? GracePeriod(JsonObject metadata) => metadata["deletionGracePeriodSeconds"]?.GetValue<long>();
}
