using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;

namespace Operator.Runtime;

public sealed record RecordStoreOptions
{
    /// <summary>Domain of the labels and annotations, such as <c>example.io</c>.</summary>
    public required string Domain { get; init; }

    /// <summary>Beginning of the objects' names.</summary>
    public required string Prefix { get; init; }

    /// <summary>Of one part, compressed. Default 512 KiB.</summary>
    public int MaxPartBytes { get; init; } = 512 * 1024;

    /// <summary>A commit that takes longer from its first part to its head is abandoned. Default 1 min.</summary>
    public TimeSpan MaxCommitTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A part that the head does not list is swept at this age. Must exceed <see cref="MaxCommitTime"/>. Default 1 h.</summary>
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>
/// Keeps records in ConfigMaps: per subject one head, written only with its resourceVersion, that lists immutable parts with
/// their SHA-256. A commit creates the changed parts and then moves the head: one atomic step over any number of changes, which
/// fails for all but one of several writers. Nothing carries an ownerReference: a record outlives its subject.
/// </summary>
/// <remarks><c>newId</c> gives a fresh random id of at least 64 bits.</remarks>
public sealed class RecordStore(IKubeApi api, RecordStoreOptions options, TimeProvider time, Func<string> newId)
{
    private const int MaxCachedParts = 50_000;

    /// <summary>Parts are immutable and their names never come again: verified content can be kept.</summary>
    private readonly ConcurrentDictionary<(string Namespace, string Object), ReadOnlyMemory<byte>> _verified = new();
    private readonly RecordObjects _objects = new(options);

    /// <summary>Reads the record live. <paramref name="witness"/> is the highest counter that anybody remembers; 0 for none.</summary>
    public async Task<RecordRead> ReadAsync(ObjectKey subject, long witness, CancellationToken ct)
    {
        var headKey = _objects.HeadKey(subject);
        if (await api.GetAsync(CoreTypes.ConfigMaps, headKey, ct) is not { } head)
        {
            var survivors = await SurvivorsAsync(subject, ct);
            return witness == 0 && survivors.IsEmpty
                ? new RecordRead.Absent()
                : new RecordRead.Lost($"its head, ConfigMap {headKey}, is gone", Head: null, survivors);
        }
        var lostHead = new LostHead(head.Uid, head.ResourceVersion);
        if (RecordObjects.ReadHead(head) is not { } content)
        {
            return new RecordRead.Lost(
                $"its head, ConfigMap {headKey}, can't be read",
                lostHead,
                await SurvivorsAsync(subject, ct)
            );
        }
        if (content.Counter < witness)
        {
            var why = string.Create(
                CultureInfo.InvariantCulture,
                $"its head, ConfigMap {headKey}, says {content.Counter} where {witness} was seen"
            );
            return new RecordRead.Lost(why, lostHead, await SurvivorsAsync(subject, ct));
        }
        return await ReadPartsAsync(subject, head, content, ct);
    }

    /// <summary>Commits the changes (null removes a part) and returns the record as it is now.</summary>
    /// <exception cref="KubeApiException">A conflict: somebody else committed first.</exception>
    /// <exception cref="InvalidOperationException">A part is too large.</exception>
    public async Task<StoredRecord> CommitAsync(
        ObjectKey subject,
        CommitBasis basis,
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>?> changes,
        CancellationToken ct
    )
    {
        var started = time.GetTimestamp();
        var draft = Draft(basis);
        foreach (var (name, content) in changes)
        {
            draft = content is { } bytes
                ? await AddPartAsync(subject, draft, name, bytes, ct)
                : WithoutPart(draft, name);
        }
        if (time.GetElapsedTime(started) > options.MaxCommitTime)
        {
            throw new TimeoutException(
                $"cannot commit the record of {subject}: it took longer than {options.MaxCommitTime}, and its parts may be swept"
            );
        }
        var head = await MoveHeadAsync(subject, basis, draft, ct);
        return draft with { HeadUid = head.Uid, HeadResourceVersion = head.ResourceVersion };
    }

    /// <summary>Deletes parts that the live head does not list and that are old enough by the API server's clock.</summary>
    public async Task<int> SweepAsync(ObjectKey subject, CancellationToken ct)
    {
        var parts = await ListPartsAsync(subject, ct);
        // Read after the list: a part that this head does not list was never listed, or no longer is.
        if (
            await api.GetAsync(CoreTypes.ConfigMaps, _objects.HeadKey(subject), ct) is not { } head
            || RecordObjects.ReadHead(head) is not { } content
            || api.Clock is not { } clock
        )
        {
            return 0;
        }
        var listed = content.Parts.Values.Select(p => p.Object).ToHashSet(StringComparer.Ordinal);
        var oldest = clock.At(time.GetUtcNow()) - options.OrphanAge;
        var swept = 0;
        foreach (var part in parts.Where(p => !listed.Contains(p.Name) && p.CreationTimestamp < oldest))
        {
            await api.DeleteAsync(CoreTypes.ConfigMaps, part.Key, part.Uid, ct);
            _verified.TryRemove((part.Namespace, part.Name), out _);
            swept++;
        }
        return swept;
    }

    private static StoredRecord Draft(CommitBasis basis) =>
        basis switch
        {
            CommitBasis.OnTop(var record) => record with { Counter = record.Counter + 1 },
            CommitBasis.Fresh fresh => Empty(fresh.Id, counter: 1, fresh.CreatedAt),
            CommitBasis.InPlaceOf lost => Empty(lost.Id, lost.Above + 1, lost.CreatedAt),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    private static StoredRecord Empty(string id, long counter, DateTimeOffset createdAt) =>
        new()
        {
            Id = id,
            Counter = counter,
            CreatedAt = createdAt,
            Parts = ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal),
            References = ImmutableSortedDictionary.Create<string, PartReference>(StringComparer.Ordinal),
        };

    private async Task<StoredRecord> AddPartAsync(
        ObjectKey subject,
        StoredRecord draft,
        string name,
        ReadOnlyMemory<byte> content,
        CancellationToken ct
    )
    {
        var objectName = $"{options.Prefix}-part-{newId()}";
        var packed = PartPacking.Pack(content);
        if (packed.Length > options.MaxPartBytes)
        {
            throw new InvalidOperationException(
                $"cannot commit the record of {subject}: part '{name}' takes {packed.Length} bytes, at most {options.MaxPartBytes} fit"
            );
        }
        var sha256 = PartPacking.Sha256(content);
        var json = _objects.Part(subject, new RecordObjects.PartDraft(objectName, name, draft.Counter, sha256, packed));
        // The name is fresh: AlreadyExists would mean that it is not, and must not pass for success.
        await api.CreateAsync(CoreTypes.ConfigMaps, subject.Namespace, json, ct);
        Remember(subject.Namespace, objectName, content);
        return draft with
        {
            Parts = draft.Parts.SetItem(name, content),
            References = draft.References.SetItem(name, new PartReference { Object = objectName, Sha256 = sha256 }),
        };
    }

    private static StoredRecord WithoutPart(StoredRecord draft, string name) =>
        draft with
        {
            Parts = draft.Parts.Remove(name),
            References = draft.References.Remove(name),
        };

    private Task<KubeObject> MoveHeadAsync(
        ObjectKey subject,
        CommitBasis basis,
        StoredRecord draft,
        CancellationToken ct
    )
    {
        var content = new HeadContent
        {
            Id = draft.Id,
            Counter = draft.Counter,
            CreatedAt = draft.CreatedAt,
            Parts = draft.References.ToDictionary(StringComparer.Ordinal),
        };
        var lost = basis switch
        {
            CommitBasis.OnTop(var record) => new LostHead(record.HeadUid, record.HeadResourceVersion),
            CommitBasis.InPlaceOf { Head: { } head } => head,
            _ => null,
        };
        var json = _objects.Head(subject, content, lost);
        return lost is null
            ? api.CreateAsync(CoreTypes.ConfigMaps, subject.Namespace, json, ct)
            : api.ReplaceAsync(CoreTypes.ConfigMaps, _objects.HeadKey(subject), json, ct);
    }

    private async Task<RecordRead> ReadPartsAsync(
        ObjectKey subject,
        KubeObject head,
        HeadContent content,
        CancellationToken ct
    )
    {
        var parts = ImmutableSortedDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (name, reference) in content.Parts)
        {
            if (await ReadPartAsync(subject.Namespace, reference, ct) is not { } bytes)
            {
                var why = $"part '{name}', ConfigMap {subject.Namespace}/{reference.Object}, is gone or damaged";
                return new RecordRead.Lost(
                    why,
                    new LostHead(head.Uid, head.ResourceVersion),
                    await SurvivorsAsync(subject, ct)
                );
            }
            parts[name] = bytes;
        }
        return new RecordRead.Found(
            new StoredRecord
            {
                Id = content.Id,
                Counter = content.Counter,
                CreatedAt = content.CreatedAt,
                Parts = parts.ToImmutable(),
                HeadUid = head.Uid,
                HeadResourceVersion = head.ResourceVersion,
                References = content.Parts.ToImmutableSortedDictionary(StringComparer.Ordinal),
            }
        );
    }

    private async Task<ReadOnlyMemory<byte>?> ReadPartAsync(string ns, PartReference reference, CancellationToken ct)
    {
        if (_verified.TryGetValue((ns, reference.Object), out var known))
        {
            return known;
        }
        var part = await api.GetAsync(CoreTypes.ConfigMaps, new ObjectKey(ns, reference.Object), ct);
        if (part is null || RecordObjects.ReadPart(part, reference.Sha256) is not { } content)
        {
            return null;
        }
        Remember(ns, reference.Object, content);
        return content;
    }

    private async Task<ImmutableArray<SurvivingPart>> SurvivorsAsync(ObjectKey subject, CancellationToken ct) =>
        [.. (await ListPartsAsync(subject, ct)).Select(RecordObjects.ReadSurvivor).OfType<SurvivingPart>()];

    private async Task<ImmutableArray<KubeObject>> ListPartsAsync(ObjectKey subject, CancellationToken ct)
    {
        var parts = ImmutableArray.CreateBuilder<KubeObject>();
        string? next = null;
        do
        {
            var query = new ListOptions
            {
                LabelSelector = _objects.PartsSelector(subject),
                Limit = 100,
                Continue = next,
            };
            var page = await api.ListAsync(CoreTypes.ConfigMaps, subject.Namespace, query, ct);
            parts.AddRange(page.Items.Select(i => new KubeObject(i)));
            next = page.Continue;
        } while (next is not null);
        return parts.ToImmutable();
    }

    private void Remember(string ns, string name, ReadOnlyMemory<byte> content)
    {
        if (_verified.Count >= MaxCachedParts)
        {
            _verified.Clear();
        }
        _verified[(ns, name)] = content;
    }
}
