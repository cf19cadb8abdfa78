namespace Operator.Runtime;

/// <summary>
/// Removes records whose subject has been gone for long. An annotation of the head keeps the time, so that a restart does not
/// lose it. After a crash or a race, a subject that comes back finds its complete record or no record. Call it about once an
/// hour.
/// </summary>
internal sealed class RecordRetirement(
    IKubeApi api,
    RecordObjects objects,
    RecordReader reader,
    RecordStoreOptions options,
    TimeProvider time
)
{
    /// <summary>Returns the number of removed records.</summary>
    public async Task<int> RetireAsync(ResourceType subjects, string? ns, CancellationToken ct)
    {
        var heads = await api.ListMetadataAsync(options.Type, ns, objects.AllHeadsSelector, ct).ToListAsync(ct);
        // List subjects after heads: a subject exists before its head, so this list contains it.
        var existing = await api.ListMetadataAsync(subjects, ns, selector: null, ct)
            .Select(s => RecordObjects.SubjectHash(s.Key))
            .ToHashSetAsync(StringComparer.Ordinal, ct);
        var removed = 0;
        await EachWrite.RunAsync(
            heads,
            async head =>
            {
                var isGone = !existing.Contains(objects.SubjectHashOf(head));
                var since = objects.SubjectGoneSince(head);
                if (isGone && since is { } then && IsOver(then))
                {
                    removed += await RemoveAsync(head, ct) ? 1 : 0;
                }
                else if (isGone != since is not null)
                {
                    await MarkAsync(head, isGone ? ServerNow : null, ct);
                }
            }
        );
        return removed;
    }

    private DateTimeOffset? ServerNow => api.Clock?.At(time.GetUtcNow());

    private bool IsOver(DateTimeOffset since) => ServerNow - since > options.KeptWithoutSubject;

    private async Task MarkAsync(KubeObject listed, DateTimeOffset? goneSince, CancellationToken ct)
    {
        if (await ReadAsync(listed, ct) is { } head)
        {
            Forget(head);
            await TryReplaceAsync(head, objects.MarkedHead(head, goneSince), ct);
        }
    }

    /// <summary>
    /// First empties the head and deletes the parts; a subject that comes back reads an empty head as no record. The next call, an
    /// hour later, deletes the head, unless a new record uses it. By then every commit that had read the old head has ended.
    /// </summary>
    private async Task<bool> RemoveAsync(KubeObject listed, CancellationToken ct)
    {
        var ofSubject = objects.PartsSelector(objects.SubjectHashOf(listed));
        var parts = await api.ListMetadataAsync(options.Type, listed.Key.Namespace, ofSubject, ct).ToListAsync(ct);
        if (await ReadAsync(listed, ct) is not { } head)
        {
            return false;
        }
        Forget(head);
        var isEmpty = RecordObjects.ReadHead(head) is { Counter: 0 };
        if (!isEmpty && await TryReplaceAsync(head, RecordObjects.EmptiedHead(head), ct) is null)
        {
            return false;
        }
        await EachWrite.RunAsync(parts, part => api.DeleteAsync(options.Type, part.Key, part.Uid, ct));
        var asRead = new DeleteOptions { Uid = head.Uid, ResourceVersion = head.ResourceVersion };
        return isEmpty && await api.DeleteAsync(options.Type, head.Key, asRead, ct) == Deletion.Deleted;
    }

    /// <summary>Null when the head differs from the listed one, because a commit changed it, or when it is another's.</summary>
    private async Task<KubeObject?> ReadAsync(KubeObject listed, CancellationToken ct) =>
        await api.GetAsync(options.Type, listed.Key, ct) is { } head
        && head.Uid == listed.Uid
        && head.ResourceVersion == listed.ResourceVersion
        && !(RecordObjects.ReadHead(head)?.Claim is { } claim && options.IsOthers(claim))
            ? head
            : null;

    /// <summary>This process is about to change the head, so what it remembers of the record is over.</summary>
    private void Forget(KubeObject head)
    {
        if (objects.SubjectOf(head) is { } subject)
        {
            reader.Forget(subject);
        }
    }

    /// <summary>Null when another client changed or deleted the head first.</summary>
    private async Task<KubeObject?> TryReplaceAsync(KubeObject head, ReadOnlyMemory<byte> json, CancellationToken ct)
    {
        try
        {
            return await api.ReplaceAsync(options.Type, head.Key, json, ct);
        }
        catch (KubeApiException e) when (e.IsConflict || e.IsAbsence)
        {
            return null;
        }
    }
}
