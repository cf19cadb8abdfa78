using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;

namespace Operator.Runtime;

/// <summary>
/// Reads records live: the head each time, a part only once, since parts are immutable and their names never come again.
/// </summary>
internal sealed class RecordReader(IKubeApi api, RecordObjects objects)
{
    private const int MaxRemembered = 20_000;

    /// <summary>The last verified state of each record: where its parts are taken from when the head still lists the same ones.</summary>
    private readonly ConcurrentDictionary<ObjectKey, StoredRecord> _last = new();

    /// <summary>Hashes of the subjects that have or had parts; complete once all parts were listed.</summary>
    private readonly ConcurrentDictionary<string, byte> _withParts = new(StringComparer.Ordinal);
    private volatile bool _knowsAllParts;

    /// <summary>The subjects whose record was read or committed last by us.</summary>
    public ICollection<ObjectKey> Remembered => _last.Keys;

    public StoredRecord? Last(ObjectKey subject) => _last.GetValueOrDefault(subject);

    /// <summary>These and those of our own commits are all the subjects that have parts.</summary>
    public void NoteSubjectsWithParts(IEnumerable<string> hashes)
    {
        foreach (var hash in hashes)
        {
            _withParts.TryAdd(hash, 0);
        }
        _knowsAllParts = true;
    }

    /// <summary>Parts of the subject are about to be made.</summary>
    public void NotePartsOf(ObjectKey subject) => _withParts.TryAdd(RecordObjects.SubjectHash(subject), 0);

    public void Remember(ObjectKey subject, StoredRecord record)
    {
        if (_last.Count >= MaxRemembered && !_last.ContainsKey(subject))
        {
            _last.Clear();
        }
        _last[subject] = record;
    }

    public async Task<RecordRead> ReadAsync(ObjectKey subject, long witness, CancellationToken ct)
    {
        string? damage = null;
        LostHead? damaged = null;
        while (true)
        {
            var head = await api.GetAsync(CoreTypes.ConfigMaps, objects.HeadKey(subject), ct);
            if (head is null)
            {
                return await WithoutHeadAsync(subject, witness, ct);
            }
            var sight = new LostHead(head.Uid, head.ResourceVersion);
            if (damage is not null && sight == damaged)
            {
                return await LostAsync(subject, damage, sight, ct);
            }
            if (RecordObjects.ReadHead(head) is not { } content)
            {
                return await LostAsync(subject, "can't be read", sight, ct);
            }
            if (content.Counter < witness)
            {
                var why = string.Create(
                    CultureInfo.InvariantCulture,
                    $"says {content.Counter} where {witness} was seen"
                );
                return await LostAsync(subject, why, sight, ct);
            }
            if (content.Counter == 0)
            {
                return new RecordRead.Absent();
            }
            (var record, damage) = await WithPartsAsync(subject, sight, content, ct);
            if (record is not null)
            {
                Remember(subject, record);
                return new RecordRead.Found(record);
            }
            // Somebody may have committed, and swept the part, since the head was read: only the head as it is now may say that
            // the part should be there.
            damaged = sight;
        }
    }

    private async Task<ImmutableArray<KubeObject>> ListPartsAsync(ObjectKey subject, CancellationToken ct)
    {
        var parts = ImmutableArray.CreateBuilder<KubeObject>();
        string? next = null;
        do
        {
            var query = new ListOptions
            {
                LabelSelector = objects.PartsSelector(RecordObjects.SubjectHash(subject)),
                Limit = 100,
                Continue = next,
            };
            var page = await api.ListAsync(CoreTypes.ConfigMaps, subject.Namespace, query, ct);
            parts.AddRange(page.Items.Select(i => new KubeObject(i)));
            next = page.Continue;
        } while (next is not null);
        return parts.ToImmutable();
    }

    private async Task<RecordRead> WithoutHeadAsync(ObjectKey subject, long witness, CancellationToken ct)
    {
        _last.TryRemove(subject, out _);
        // For each new subject the server would have to look through every ConfigMap of the namespace.
        var mayHaveParts = witness > 0 || !_knowsAllParts || _withParts.ContainsKey(RecordObjects.SubjectHash(subject));
        var parts = mayHaveParts ? await ListPartsAsync(subject, ct) : [];
        return witness == 0 && parts.IsEmpty
            ? new RecordRead.Absent()
            : new RecordRead.Lost(
                $"its head, ConfigMap {objects.HeadKey(subject)}, is gone",
                Head: null,
                Surviving(parts)
            );
    }

    private async Task<RecordRead> LostAsync(ObjectKey subject, string why, LostHead head, CancellationToken ct)
    {
        _last.TryRemove(subject, out _);
        var parts = await ListPartsAsync(subject, ct);
        return new RecordRead.Lost($"its head, ConfigMap {objects.HeadKey(subject)}, {why}", head, Surviving(parts));
    }

    private ImmutableArray<SurvivingPart> Surviving(ImmutableArray<KubeObject> parts) =>
        [.. parts.Select(objects.ReadSurvivor).OfType<SurvivingPart>()];

    /// <summary>The whole record, or what is wrong with it: never half of it.</summary>
    private async Task<(StoredRecord? Record, string? Damage)> WithPartsAsync(
        ObjectKey subject,
        LostHead head,
        HeadContent content,
        CancellationToken ct
    )
    {
        var last = _last.GetValueOrDefault(subject);
        var parts = ImmutableSortedDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (name, reference) in content.Parts)
        {
            var known = reference.IsSameAs(last?.References.GetValueOrDefault(name)) ? last?.Parts[name] : null;
            if ((known ?? await ReadPartAsync(subject.Namespace, reference, ct)) is not { } bytes)
            {
                var where = reference.Object is null ? "inside it" : $"ConfigMap {reference.Object}";
                return (null, $"lists part '{name}', {where}, which is gone or damaged");
            }
            parts[name] = bytes;
        }
        var record = new StoredRecord
        {
            Id = content.Id,
            Counter = content.Counter,
            CreatedAt = content.CreatedAt,
            Parts = parts.ToImmutable(),
            HeadUid = head.Uid,
            HeadResourceVersion = head.ResourceVersion,
            References = content.Parts.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
        return (record, null);
    }

    private async Task<ReadOnlyMemory<byte>?> ReadPartAsync(string ns, PartReference reference, CancellationToken ct)
    {
        if (reference.Packed is { } packed)
        {
            return PartPacking.Unpack(packed, reference.Sha256);
        }
        return
            reference.Object is { } name
            && await api.GetAsync(CoreTypes.ConfigMaps, new ObjectKey(ns, name), ct) is { } part
            ? RecordObjects.ReadPart(part, reference.Sha256)
            : null;
    }
}
