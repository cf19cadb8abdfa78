using System.Collections.Immutable;

namespace Operator.Runtime;

/// <summary>
/// Goes through the metadata of all parts of all records at once, however many records there are. Tells the reader which subjects
/// have any, and deletes those that no head lists: what replaced ones and commits that broke off have left. Ages are those of the
/// server's clock, and longer than a commit may take, so that no part is taken from under a commit that is under way.
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
        await foreach (var part in api.ListMetadataAsync(CoreTypes.ConfigMaps, ns, objects.AllPartsSelector, ct))
        {
            var hash = objects.SubjectHashOf(part);
            hashes.Add(hash);
            // A record that was not read since the start is none of ours to sweep: its subject may be gone, and it is kept.
            if (subjects.TryGetValue(hash, out var subject) && IsOld(part) && !IsListed(part, reader.Last(subject)))
            {
                orphans.Add((subject, part));
            }
        }
        reader.NoteSubjectsWithParts(hashes);
        var swept = 0;
        foreach (var ofSubject in orphans.GroupBy(o => o.Subject, o => o.Part))
        {
            swept += await SweepAsync(ofSubject.Key, [.. ofSubject], ct);
        }
        return swept;
    }

    private async Task<int> SweepAsync(ObjectKey subject, ImmutableArray<KubeObject> orphans, CancellationToken ct)
    {
        // Read after the list: a part that this head does not list was never listed, or no longer is. A head that is not the one
        // that was read whole may be that of a lost record, whose parts are evidence.
        if (
            await api.GetAsync(CoreTypes.ConfigMaps, objects.HeadKey(subject), ct) is not { } head
            || reader.Last(subject) is not { } last
            || head.Uid != last.HeadUid
            || head.ResourceVersion != last.HeadResourceVersion
        )
        {
            return 0;
        }
        var unlisted = orphans.Where(p => !IsListed(p, last)).ToList();
        foreach (var orphan in unlisted)
        {
            await api.DeleteAsync(CoreTypes.ConfigMaps, orphan.Key, orphan.Uid, ct);
        }
        return unlisted.Count;
    }

    private bool IsOld(KubeObject part) =>
        api.Clock is { } clock && part.CreationTimestamp < clock.At(time.GetUtcNow()) - options.OrphanAge;

    private static bool IsListed(KubeObject part, StoredRecord? record) =>
        record?.References.Values.Any(r => r.Object == part.Name) == true;
}
