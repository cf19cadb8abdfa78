using System.Collections.Concurrent;

namespace Operator.Runtime;

/// <summary>
/// Deletes parts that no head lists: what replaced ones and commits that broke off have left. Ages are those of the server's
/// clock, and longer than a commit may take, so that no part is taken from under a commit that is under way.
/// </summary>
internal sealed class RecordSweeper(IKubeApi api, RecordObjects objects, RecordStoreOptions options, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<ObjectKey, DateTimeOffset> _dueAt = new();

    public async Task<int> SweepIfDueAsync(ObjectKey subject, StoredRecord committed, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        // The first time is spread over the period: after a start all records would be due together.
        if (_dueAt.GetOrAdd(subject, _ => now + (Period * RecordObjects.FractionOf(subject))) > now)
        {
            return 0;
        }
        _dueAt[subject] = now + Period;
        return await SweepAsync(subject, committed, ct);
    }

    public async Task<int> SweepAsync(ObjectKey subject, StoredRecord committed, CancellationToken ct)
    {
        var parts = await RecordReader.ListPartsAsync(api, objects, subject, ct);
        // Read after the list: a part that this head does not list was never listed, or no longer is. A head that is not the one
        // that was committed may be that of a lost record, whose parts are evidence.
        if (
            await api.GetAsync(CoreTypes.ConfigMaps, objects.HeadKey(subject), ct) is not { } head
            || !string.Equals(head.Uid, committed.HeadUid, StringComparison.Ordinal)
            || !string.Equals(head.ResourceVersion, committed.HeadResourceVersion, StringComparison.Ordinal)
            || api.Clock is not { } clock
        )
        {
            return 0;
        }
        var listed = committed
            .References.Values.Select(p => p.Object)
            .OfType<string>()
            .ToHashSet(StringComparer.Ordinal);
        var oldest = clock.At(time.GetUtcNow()) - options.OrphanAge;
        var orphans = parts.Where(p => !listed.Contains(p.Name) && p.CreationTimestamp < oldest).ToList();
        foreach (var orphan in orphans)
        {
            await api.DeleteAsync(CoreTypes.ConfigMaps, orphan.Key, orphan.Uid, ct);
        }
        return orphans.Count;
    }
}
