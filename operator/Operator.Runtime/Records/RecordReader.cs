using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;

namespace Operator.Runtime;

/// <summary>
/// Reads records: the head live or, while it is known, from memory; a part only once, because parts are immutable and their names are
/// never used again.
/// </summary>
internal sealed class RecordReader(IKubeApi api, RecordObjects objects)
{
    /// <summary>Most heads have a few kilobytes, the largest three quarters of a megabyte.</summary>
    private const int HeadsAPage = 200;

    /// <summary>
    /// Parts that a head still lists are taken from here, and the record itself while its head is not in doubt: a commit proves it,
    /// because it replaces exactly this head.
    /// </summary>
    private readonly RememberedRecords _last = new(objects);

    /// <summary>Hashes of the subjects that have or had parts; complete after all parts were listed once.</summary>
    private readonly ConcurrentDictionary<string, byte> _withParts = new(StringComparer.Ordinal);
    private volatile bool _knowsAllParts;

    /// <summary>The subjects whose records this process read or committed.</summary>
    public ICollection<ObjectKey> Remembered => _last.Subjects;

    public StoredRecord? Last(ObjectKey subject) => _last.Find(subject);

    /// <summary>Notes the hashes of all subjects that have parts. Later commits add theirs by <see cref="NotePartsOf"/>.</summary>
    public void NoteSubjectsWithParts(IEnumerable<string> hashes)
    {
        foreach (var hash in hashes)
        {
            _withParts.TryAdd(hash, 0);
        }
        _knowsAllParts = true;
    }

    /// <summary>Notes that a commit creates parts of the subject.</summary>
    public void NotePartsOf(ObjectKey subject) => _withParts.TryAdd(RecordObjects.SubjectHash(subject), 0);

    public void Remember(ObjectKey subject, StoredRecord record) => _last.Remember(subject, record);

    /// <summary>The next <see cref="RecallAsync"/> reads live: a commit is under way, and its result is not known yet.</summary>
    public void Doubt(ObjectKey subject) => _last.Doubt(subject);

    /// <summary>Another process may have committed, so every next <see cref="RecallAsync"/> reads live.</summary>
    public void DoubtAll() => _last.DoubtAll();

    /// <summary>The record is gone, or nobody needs it now. Its parts are read anew, too.</summary>
    public void Forget(ObjectKey subject) => _last.Forget(subject);

    /// <summary>As <see cref="ReadAsync"/>, but without a request while the head is known and no witness is newer.</summary>
    public Task<RecordRead> RecallAsync(
        ObjectKey subject,
        IReadOnlyCollection<RecordWitness> witnesses,
        CancellationToken ct
    ) =>
        _last.FindCurrent(subject) is { } known && known.Counter >= RecordWitness.NewestOf(known.Id, witnesses)
            ? Task.FromResult<RecordRead>(new RecordRead.Found(known) { IsRecalled = true })
            : ReadAsync(subject, witnesses, ct);

    /// <summary>
    /// Lists all heads and remembers them. The first recall of a record that is complete in its head then needs no request.
    /// </summary>
    public async Task PrefetchAsync(string? ns, CancellationToken ct)
    {
        string? next = null;
        do
        {
            var query = new ListOptions
            {
                LabelSelector = objects.AllHeadsSelector,
                Limit = HeadsAPage,
                Continue = next,
            };
            var page = await api.ListAsync(objects.Type, ns, query, ct);
            foreach (var head in page.Items.Select(i => new KubeObject(i)))
            {
                if (objects.SubjectOf(head) is { } subject)
                {
                    _last.RememberHead(subject, head);
                }
            }
            next = page.Continue;
        } while (next is not null);
    }

    public async Task<RecordRead> ReadAsync(
        ObjectKey subject,
        IReadOnlyCollection<RecordWitness> witnesses,
        CancellationToken ct
    )
    {
        string? damage = null;
        LostHead? damaged = null;
        while (true)
        {
            var head = await api.GetAsync(objects.Type, objects.HeadKey(subject), ct);
            if (head is null)
            {
                return await WithoutHeadAsync(subject, RecordWitness.Newest(witnesses), ct);
            }
            if (!objects.IsHeadOf(head, subject))
            {
                _last.Forget(subject);
                return new RecordRead.Foreign($"{objects.Kind} {head.Key}");
            }
            var readable = RecordObjects.ReadHead(head);
            var sight = new LostHead(head.Uid, head.ResourceVersion) { Claim = readable?.Claim };
            if (damage is not null && sight == damaged)
            {
                return await LostAsync(subject, damage, sight, ct);
            }
            if (readable is not { } content)
            {
                return await LostAsync(subject, "can't be read", sight, ct);
            }
            // An empty head is no record yet, or no longer one, so it has no id to compare.
            var witness =
                content.Counter == 0 ? RecordWitness.Newest(witnesses) : RecordWitness.NewestOf(content.Id, witnesses);
            if (content.Counter < witness)
            {
                var why = string.Create(
                    CultureInfo.InvariantCulture,
                    $"has counter {content.Counter}, but counter {witness} was seen before"
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
                if (HasGoneBack(_last.Find(subject), record))
                {
                    // A backup was restored, probably not of this record alone.
                    DoubtAll();
                }
                Remember(subject, record);
                return new RecordRead.Found(record);
            }
            // A commit and a sweep may have removed the part after the head was read. So read the head again: only if it is
            // unchanged is the part lost.
            damaged = sight;
        }
    }

    private static bool HasGoneBack(StoredRecord? last, StoredRecord now) =>
        last?.Id == now.Id && last.Counter > now.Counter;

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
            var page = await api.ListAsync(objects.Type, subject.Namespace, query, ct);
            parts.AddRange(page.Items.Select(i => new KubeObject(i)));
            next = page.Continue;
        } while (next is not null);
        return parts.ToImmutable();
    }

    private async Task<RecordRead> WithoutHeadAsync(ObjectKey subject, long witness, CancellationToken ct)
    {
        _last.Forget(subject);
        Doubt(subject);
        // Skips the list for a new subject if possible: for each list the server searches all records of the namespace.
        var mayHaveParts = witness > 0 || !_knowsAllParts || _withParts.ContainsKey(RecordObjects.SubjectHash(subject));
        var parts = mayHaveParts ? await ListPartsAsync(subject, ct) : [];
        return witness == 0 && parts.IsEmpty
            ? new RecordRead.Absent()
            : new RecordRead.Lost(
                $"its head, {objects.Kind} {objects.HeadKey(subject)}, is gone",
                Head: null,
                Surviving(parts)
            );
    }

    /// <summary>The record can't be used; <paramref name="why"/> goes on after "its head".</summary>
    public async Task<RecordRead.Lost> LostAsync(ObjectKey subject, string why, LostHead head, CancellationToken ct)
    {
        _last.Forget(subject);
        Doubt(subject);
        var parts = await ListPartsAsync(subject, ct);
        return new RecordRead.Lost(
            $"its head, {objects.Kind} {objects.HeadKey(subject)}, {why}",
            head,
            Surviving(parts)
        );
    }

    private static ImmutableArray<SurvivingPart> Surviving(ImmutableArray<KubeObject> parts) =>
        [.. parts.Select(RecordObjects.ReadSurvivor).OfType<SurvivingPart>()];

    /// <summary>Returns the complete record, or the damage that makes it unreadable; never an incomplete record.</summary>
    private async Task<(StoredRecord? Record, string? Damage)> WithPartsAsync(
        ObjectKey subject,
        LostHead head,
        HeadContent content,
        CancellationToken ct
    )
    {
        var last = _last.Find(subject);
        var parts = ImmutableSortedDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (name, reference) in content.Parts)
        {
            var known = reference.IsSameAs(last?.References.GetValueOrDefault(name)) ? last?.Parts[name] : null;
            if ((known ?? await ReadPartAsync(subject.Namespace, reference, ct)) is not { } bytes)
            {
                var where = reference.Object is null ? "inside it" : $"{objects.Kind} {reference.Object}";
                return (null, $"lists part '{name}', {where}, which is gone or damaged");
            }
            parts[name] = bytes;
        }
        return (RecordOf(head, content, parts.ToImmutable()), null);
    }

    /// <summary>The record when all of its parts are inside the head; else null.</summary>
    internal static StoredRecord? CompleteIn(KubeObject head)
    {
        if (RecordObjects.ReadHead(head) is not { Counter: > 0 } content)
        {
            return null;
        }
        var parts = ImmutableSortedDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var (name, reference) in content.Parts)
        {
            if (reference.Packed is not { } packed || PartPacking.Unpack(packed, reference.Sha256) is not { } bytes)
            {
                return null;
            }
            parts[name] = bytes;
        }
        return RecordOf(new LostHead(head.Uid, head.ResourceVersion), content, parts.ToImmutable());
    }

    private static StoredRecord RecordOf(
        LostHead head,
        HeadContent content,
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> parts
    ) =>
        new()
        {
            Id = content.Id,
            Counter = content.Counter,
            CreatedAt = content.CreatedAt,
            Parts = parts,
            Claim = content.Claim,
            HeadUid = head.Uid,
            HeadResourceVersion = head.ResourceVersion,
            References = content.Parts.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };

    private async Task<ReadOnlyMemory<byte>?> ReadPartAsync(string ns, PartReference reference, CancellationToken ct)
    {
        if (reference.Packed is { } packed)
        {
            return PartPacking.Unpack(packed, reference.Sha256);
        }
        return reference.Object is { } name && await api.GetAsync(objects.Type, new ObjectKey(ns, name), ct) is { } part
            ? RecordObjects.ReadPart(part, reference.Sha256)
            : null;
    }
}
