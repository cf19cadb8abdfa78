using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>The object after a write, and whether the write changed it.</summary>
internal sealed record WriteAnswer(JsonElement Json, bool HasChanged);

/// <summary>Creates, replaces, patches and deletes objects by the rules of the real server. Used under the cluster's lock.</summary>
internal sealed class ApiWrites(ClusterState state)
{
    public WriteAnswer Create(ResourceType type, string ns, ReadOnlyMemory<byte> body)
    {
        var kind = state.KindOf(type);
        var item = RequestBody.Parse(kind, body, kind.IsNamespaced ? ns : "", name: null);
        var metadata = item.Section("metadata");
        if (metadata.Text("name") is null && metadata.Text("generateName") is { } prefix)
        {
            metadata["name"] = prefix + state.NewSuffix();
        }
        var name = metadata.Text("name") ?? "";
        RequestBody.CheckName(kind, name);
        if (metadata.Text("resourceVersion") is { Length: > 0 })
        {
            throw new ApiFailure(
                System.Net.HttpStatusCode.InternalServerError,
                "InternalError",
                "resourceVersion should not be set on objects to be created"
            );
        }
        return Insert(kind, new ObjectKey(kind.IsNamespaced ? ns : "", name), item);
    }

    public WriteAnswer Replace(ResourceType type, ObjectKey key, ReadOnlyMemory<byte> body)
    {
        var kind = state.KindOf(type);
        var item = RequestBody.Parse(kind, body, key.Namespace, key.Name);
        var stored = state.Store.Find(type, key);
        CheckUid(kind, key.Name, item, stored);
        if (stored is null)
        {
            return kind.IsCreatedByReplace ? Insert(kind, key, item) : throw ApiFailure.NotFound(kind, key.Name);
        }
        CheckVersion(kind, item, stored);
        var before = stored.Thaw();
        KeepSystemFields(item.Section("metadata"), before.Section("metadata"));
        if (kind.HasStatus)
        {
            item.Take("status", before);
        }
        ImmutableFields.Check(stored, before, item);
        if (kind.TracksGeneration && !JsonNode.DeepEquals(Desired(item), Desired(before)))
        {
            Bump(item);
        }
        return Commit(stored, before, item);
    }

    /// <summary>
    /// Applies a merge patch to the status. As on the real server, the patched resourceVersion is a precondition, the UID of a custom
    /// resource is not, and everything besides the status stays.
    /// </summary>
    public WriteAnswer PatchStatus(ResourceType type, ObjectKey key, ReadOnlyMemory<byte> body)
    {
        var kind = state.KindOf(type);
        if (!kind.HasStatus)
        {
            throw ApiFailure.NotServed();
        }
        var stored = state.Store.Find(type, key) ?? throw ApiFailure.NotFound(kind, key.Name);
        var patched = stored.Thaw();
        JsonNodes.Merge(patched, RequestBody.ParsePatch(body));
        RequestBody.CheckPatchedName(patched, key.Name);
        CheckVersion(kind, patched, stored);
        var changed = stored.Thaw();
        changed.Take("status", patched);
        return Commit(stored, stored.Thaw(), changed);
    }

    public WriteAnswer Delete(ResourceType type, ObjectKey key, DeleteOptions options)
    {
        var kind = state.KindOf(type);
        var stored = state.Store.Find(type, key) ?? throw ApiFailure.NotFound(kind, key.Name);
        if (options.Uid is { } uid && uid != stored.Uid)
        {
            throw ApiFailure.Conflict(
                kind.Kind,
                key.Name,
                $"the UID in the precondition ({uid}) does not match the UID in record ({stored.Uid}). The object might have been deleted and then recreated"
            );
        }
        var now = stored.Version.ToString(CultureInfo.InvariantCulture);
        if (options.ResourceVersion is { } version && version != now)
        {
            throw ApiFailure.Conflict(
                kind.Kind,
                key.Name,
                $"the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({now}). The object might have been modified"
            );
        }
        return state.Deletions.Begin(stored, options.Grace);
    }

    private WriteAnswer Insert(ResourceKind kind, ObjectKey key, JsonObject item)
    {
        state.Namespaces.CheckCreation(kind, key);
        var metadata = item.Section("metadata");
        metadata["uid"] = state.NewUid();
        metadata["creationTimestamp"] = state.ServerNow.Seconds();
        metadata.Remove("deletionTimestamp");
        metadata.Remove("deletionGracePeriodSeconds");
        metadata.Remove("generation");
        if (kind.TracksGeneration)
        {
            metadata["generation"] = 1;
        }
        if (kind.HasStatus)
        {
            item.Remove("status");
        }
        var isShown = Defaults.Apply(kind, item);
        state.Admission.Mutate(kind.Type, item);
        Admit(kind, key, null, item);
        // This check is last because Kubernetes runs admission before it looks for an existing object.
        if (state.Store.Find(kind.Type, key) is not null)
        {
            throw ApiFailure.AlreadyExists(kind, key.Name);
        }
        return new WriteAnswer(state.Store.Save(kind, item, isShown).Json, HasChanged: true);
    }

    /// <summary>Writes the object if it changes. Removes a deleted object when the write removes its last finalizer.</summary>
    private WriteAnswer Commit(StoredObject stored, JsonObject before, JsonObject item)
    {
        Defaults.Apply(stored.Kind, item);
        item.Section("metadata").Take("resourceVersion", before.Section("metadata"));
        // A write stores the default that a creation only shows.
        if (!stored.HasUnstoredDefaults && JsonNode.DeepEquals(item, before))
        {
            return new WriteAnswer(stored.Json, HasChanged: false);
        }
        Admit(stored.Kind, stored.Key, stored.Json, item);
        var saved = state.Store.Save(stored.Kind, item);
        state.Deletions.Continue(saved);
        return new WriteAnswer(saved.Json, HasChanged: true);
    }

    private void Admit(ResourceKind kind, ObjectKey key, JsonElement? before, JsonObject item)
    {
        if (!state.Admission.HasRules)
        {
            return;
        }
        var request = new AdmissionRequest(kind.Type, key, before, JsonSerializer.SerializeToElement(item));
        if (state.Admission.Refusal(request) is { } why)
        {
            throw ApiFailure.Forbidden(kind, key.Name, why);
        }
    }

    /// <summary>A UID in the body is a precondition. A missing object has an empty UID, so the precondition fails.</summary>
    private static void CheckUid(ResourceKind kind, string name, JsonObject item, StoredObject? stored)
    {
        if (item["metadata"].Text("uid") is { Length: > 0 } uid && uid != stored?.Uid)
        {
            throw ApiFailure.Conflict(
                kind.Resource,
                name,
                $"Precondition failed: UID in precondition: {uid}, UID in object meta: {stored?.Uid}"
            );
        }
    }

    private static void CheckVersion(ResourceKind kind, JsonObject item, StoredObject stored)
    {
        var version = item["metadata"].Text("resourceVersion");
        if (string.IsNullOrEmpty(version))
        {
            if (!kind.MayReplaceBlindly)
            {
                throw ApiFailure.Invalid(
                    kind,
                    stored.Key.Name,
                    "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"
                );
            }
        }
        else if (version != new KubeObject(stored.Json).ResourceVersion)
        {
            throw ApiFailure.Stale(kind, stored.Key.Name);
        }
    }

    private static void KeepSystemFields(JsonObject metadata, JsonObject before)
    {
        foreach (
            var field in (string[])
                ["uid", "creationTimestamp", "generation", "deletionTimestamp", "deletionGracePeriodSeconds"]
        )
        {
            metadata.Take(field, before);
        }
    }

    /// <summary>The part that counts for the generation: all fields except metadata and status.</summary>
    private static JsonObject Desired(JsonObject item)
    {
        var desired = item.DeepClone().AsObject();
        desired.Remove("metadata");
        desired.Remove("status");
        return desired;
    }

    private static void Bump(JsonObject item)
    {
        var metadata = item.Section("metadata");
        metadata["generation"] = (metadata["generation"]?.GetValue<long>() ?? 0) + 1;
    }
}
