using System.Collections.Immutable;

namespace Operator.Runtime;

/// <summary>
/// Lists the metadata of all parts of all records in one pass. Tells the reader which subjects have parts, and deletes the parts
/// that no head lists: replaced parts, and parts of commits that did not finish. It deletes only parts that are older than a
/// commit may take, by the server's clock, so it never deletes a part of a running commit.
/// </summary>
internal sealed class RecordSweeper(
    IKubeApi api,
    RecordObjects objects,
    RecordReader reader,
    RecordStoreOptions options,
    TimeProvider time
)
{
    public async Task<int> SweepAsync(string? ns, CancellationToken ct)
    {
        var subjects = reader.Remembered.ToDictionary(RecordObjects.SubjectHash, StringComparer.Ordinal);
        var orphans = new List<(ObjectKey Subject, KubeObject Part)>();
        var hashes = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        await foreach (var part in api.ListMetadataAsync(options.Type, ns, objects.AllPartsSelector, ct))
        {
            var hash = objects.SubjectHashOf(part);
            hashes.Add(hash);
            // Skips records that this process has not read: their subject may be gone, and retirement removes them.
            if (subjects.TryGetValue(hash, out var subject) && IsOld(part) && !IsListed(part, reader.Last(subject)))
            {
                orphans.Add((subject, part));
            }
        }
        reader.NoteSubjectsWithParts(hashes);
        var swept = 0;
        await EachWrite.RunAsync(
            orphans.GroupBy(o => o.Subject, o => o.Part),
            async ofSubject => swept += await SweepAsync(ofSubject.Key, [.. ofSubject], ct)
        );
        return swept;
    }

    /// <summary>
    /// Deletes the parts of a commit that the server refused. Without a head they would look like what is left of a lost record, and
    /// each further try would leave more of them.
    /// </summary>
    public async Task TakeBackAsync(ObjectKey subject, IReadOnlyList<KubeObject> parts, CancellationToken ct)
    {
        if (parts.Count == 0)
        {
            return;
        }
        try
        {
            // A write that something on the way sent twice is answered with a conflict although it was done.
            var head = await api.GetAsync(objects.Type, objects.HeadKey(subject), ct);
            var content = head is null ? new HeadContent() : RecordObjects.ReadHead(head);
            var unlisted = parts.Where(p => content?.Parts.Values.Any(r => r.Object == p.Name) == false);
            await EachWrite.RunAsync(unlisted, part => api.DeleteAsync(objects.Type, part.Key, part.Uid, ct));
        }
        catch (Exception e) when (e.IsFailedCall())
        {
            // The caller throws the refusal, which matters more; these parts are swept when they are old enough.
        }
    }

    private async Task<int> SweepAsync(ObjectKey subject, ImmutableArray<KubeObject> orphans, CancellationToken ct)
    {
        // Reads the head after the list of parts, so that an old part that the head does not list is surely unused. A head that
        // differs from the last complete read may belong to a lost record; its parts are kept for recovery.
        if (
            await api.GetAsync(options.Type, objects.HeadKey(subject), ct) is not { } head
            || reader.Last(subject) is not { } last
            || head.Uid != last.HeadUid
            || head.ResourceVersion != last.HeadResourceVersion
            || (last.Claim is { } claim && options.IsOthers(claim))
        )
        {
            return 0;
        }
        var unlisted = orphans.Where(p => !IsListed(p, last)).ToList();
        await EachWrite.RunAsync(unlisted, orphan => api.DeleteAsync(options.Type, orphan.Key, orphan.Uid, ct));
        return unlisted.Count;
    }

    private bool IsOld(KubeObject part) =>
        api.Clock is { } clock && part.CreationTimestamp < clock.At(time.GetUtcNow()) - options.OrphanAge;

    private static bool IsListed(KubeObject part, StoredRecord? record) =>
        record?.References.Values.Any(r => r.Object == part.Name) == true;
}
