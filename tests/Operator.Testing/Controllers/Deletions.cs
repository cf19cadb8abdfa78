using System.Text.Json.Nodes;

namespace Operator.Testing;

/// <summary>Deletes objects: at once, after the grace period, or after the last finalizer. Used under the cluster's lock.</summary>
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

    /// <summary>Removes a deleted object that has no finalizer and no grace period left.</summary>
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

    /// <summary>False when an earlier deletion has the same or a shorter grace period.</summary>
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
        // No container runs: the deletion needs no grace period.
        var isIdle = pod.Field("spec", "nodeName") is null || PodStatus.HasEnded(stored);
        return isIdle ? 0
            : asked is { } grace ? (long)grace.TotalSeconds
            : pod.Field("spec", "terminationGracePeriodSeconds")!.Value.GetInt64(); // defaulted at creation
    }

    private static long? GracePeriod(JsonObject metadata) => metadata["deletionGracePeriodSeconds"]?.GetValue<long>();
}
