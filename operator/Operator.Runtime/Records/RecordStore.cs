using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;

namespace Operator.Runtime;

/// <summary>
/// Keeps records in ConfigMaps: per subject one head, written only with its resourceVersion, that lists immutable parts with
/// their SHA-256, or holds them when they are small. A commit creates the changed parts and then moves the head: one atomic step
/// over any number of changes, which fails for all but one of several writers. Nothing carries an ownerReference: a record
/// outlives its subject. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The first commit makes the head before its parts, with the counter 0. So a part without a head always says that a head was
/// lost, and a crash in the first commit is not taken for that.
/// </remarks>
public sealed class RecordStore
{
    private readonly IKubeApi _api;
    private readonly RecordStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<string> _newId;
    private readonly RecordObjects _objects;
    private readonly RecordReader _reader;
    private readonly RecordSweeper _sweeper;
    private readonly RecordRetirement _retirement;

    /// <remarks><c>newId</c> gives a fresh random id of at least 64 bits.</remarks>
    public RecordStore(IKubeApi api, RecordStoreOptions options, TimeProvider time, Func<string> newId)
    {
        (_api, _options, _time, _newId) = (api, options, time, newId);
        _objects = new RecordObjects(options);
        _reader = new RecordReader(api, _objects);
        _sweeper = new RecordSweeper(api, _objects, _reader, options, time);
        _retirement = new RecordRetirement(api, _objects, options, time);
    }

    /// <summary>Reads the record live. <paramref name="witness"/> is the highest counter that anybody remembers; 0 for none.</summary>
    public Task<RecordRead> ReadAsync(ObjectKey subject, long witness, CancellationToken ct) =>
        _reader.ReadAsync(subject, witness, ct);

    /// <summary>
    /// Commits the changes (null removes a part) and returns the record as it is now. After any exception but a conflict of
    /// the head the commit may have been done: the next read tells.
    /// </summary>
    /// <exception cref="KubeApiException">With status 409: somebody else committed first.</exception>
    /// <exception cref="InvalidOperationException">A part or the head is too large; nothing was written.</exception>
    public async Task<StoredRecord> CommitAsync(
        ObjectKey subject,
        CommitBasis basis,
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>?> changes,
        CancellationToken ct
    )
    {
        var started = _time.GetTimestamp();
        var (draft, parts) = Prepare(subject, basis, changes);
        if (parts.Count > 0)
        {
            _reader.NotePartsOf(subject);
        }
        var replaced = await HeadToReplaceAsync(subject, basis, draft, ct);
        foreach (var part in parts)
        {
            // The name is fresh: AlreadyExists would mean that it is not, and must not pass for success.
            await _api.CreateAsync(CoreTypes.ConfigMaps, subject.Namespace, _objects.Part(subject, part), ct);
        }
        if (_time.GetElapsedTime(started) > _options.MaxCommitTime)
        {
            throw new TimeoutException(
                $"cannot commit the record of {subject}: it took longer than {_options.MaxCommitTime}, and its parts may be swept"
            );
        }
        var json = _objects.Head(subject, RecordObjects.HeadOf(draft), replaced);
        var head = replaced is null
            ? await _api.CreateAsync(CoreTypes.ConfigMaps, subject.Namespace, json, ct)
            : await _api.ReplaceAsync(CoreTypes.ConfigMaps, _objects.HeadKey(subject), json, ct);
        var committed = draft with { HeadUid = head.Uid, HeadResourceVersion = head.ResourceVersion };
        _reader.Remember(subject, committed);
        return committed;
    }

    /// <summary>
    /// Lists all parts of a namespace (null: of all) once, and deletes those that nobody lists any more, of records that were
    /// read or committed here. Returns how many. From the first time on it is known which subjects have parts, so that the first
    /// read of a new subject costs no list: whoever calls it must be the only one who begins records from then on.
    /// </summary>
    public Task<int> SweepAsync(string? ns, CancellationToken ct) => _sweeper.SweepAsync(ns, ct);

    /// <summary>
    /// Lists all heads and all subjects, objects of that type, notes on the heads whose subject is gone, and removes the records of
    /// those that have been for longer than <see cref="RecordStoreOptions.KeptWithoutSubject"/>. Returns how many.
    /// </summary>
    public Task<int> RetireAsync(ResourceType subjects, string? ns, CancellationToken ct) =>
        _retirement.RetireAsync(subjects, ns, ct);

    /// <summary>Everything that can be refused without the server is refused here, before anything is written.</summary>
    private (StoredRecord Draft, IReadOnlyList<RecordObjects.PartDraft> Parts) Prepare(
        ObjectKey subject,
        CommitBasis basis,
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>?> changes
    )
    {
        var draft = Draft(basis);
        var parts = new List<RecordObjects.PartDraft>();
        foreach (var (name, change) in changes)
        {
            if (change is not { } content)
            {
                draft = draft with { Parts = draft.Parts.Remove(name), References = draft.References.Remove(name) };
                continue;
            }
            var sha256 = PartPacking.Sha256(content);
            var packed = Pack(subject, name, content);
            var reference = FitsInside(name, packed, draft)
                ? new PartReference { Packed = packed, Sha256 = sha256 }
                : new PartReference { Object = $"{_options.Prefix}-part-{_newId()}", Sha256 = sha256 };
            if (reference.Object is { } fresh)
            {
                parts.Add(new RecordObjects.PartDraft(fresh, name, draft.Counter, sha256, packed));
            }
            draft = draft with
            {
                Parts = draft.Parts.SetItem(name, content),
                References = draft.References.SetItem(name, reference),
            };
        }
        var headBytes = _objects.Head(subject, RecordObjects.HeadOf(draft), replaced: null).Length;
        return headBytes <= _options.MaxHeadBytes
            ? (draft, parts)
            : throw new InvalidOperationException(
                $"cannot commit the record of {subject}: its head with {draft.References.Count} parts takes {headBytes} bytes, at most {_options.MaxHeadBytes} fit"
            );
    }

    private byte[] Pack(ObjectKey subject, string name, ReadOnlyMemory<byte> content)
    {
        var packed = PartPacking.Pack(content);
        return packed.Length <= _options.MaxPartBytes
            ? packed
            : throw new InvalidOperationException(
                $"cannot commit the record of {subject}: part '{name}' takes {packed.Length} bytes, at most {_options.MaxPartBytes} fit"
            );
    }

    private bool FitsInside(string name, byte[] packed, StoredRecord draft)
    {
        var others = draft.References.Where(r => r.Key != name);
        return !_options.OutlivesHead(name)
            && packed.Length <= _options.MaxInlineBytes
            && packed.Length + others.Sum(r => r.Value.Packed?.Length ?? 0) <= _options.MaxInlineBytesTogether;
    }

    private static StoredRecord Draft(CommitBasis basis) =>
        basis switch
        {
            CommitBasis.OnTop(var record) => record with { Counter = record.Counter + 1 },
            CommitBasis.Fresh fresh => Empty(fresh.Id, counter: 1, fresh.CreatedAt),
            CommitBasis.InPlaceOf lost => Empty(lost.Id, lost.Above + 1, lost.CreatedAt),
            _ => throw new UnreachableException(),
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

    /// <summary>Null: the commit makes the head.</summary>
    private Task<LostHead?> HeadToReplaceAsync(
        ObjectKey subject,
        CommitBasis basis,
        StoredRecord draft,
        CancellationToken ct
    ) =>
        basis switch
        {
            CommitBasis.OnTop(var record) => Task.FromResult<LostHead?>(
                new LostHead(record.HeadUid, record.HeadResourceVersion)
            ),
            CommitBasis.InPlaceOf lost => Task.FromResult(lost.Head),
            CommitBasis.Fresh => BeginAsync(subject, draft, ct),
            _ => throw new UnreachableException(),
        };

    /// <summary>
    /// Makes the head of a new record, or takes the one that a commit that broke off or a removal has left: before the parts are
    /// made, so that nobody can remove it under them.
    /// </summary>
    private async Task<LostHead?> BeginAsync(ObjectKey subject, StoredRecord draft, CancellationToken ct)
    {
        var begun = RecordObjects.HeadOf(draft) with { Counter = 0, Parts = [] };
        try
        {
            var json = _objects.Head(subject, begun, replaced: null);
            var head = await _api.CreateAsync(CoreTypes.ConfigMaps, subject.Namespace, json, ct);
            return new LostHead(head.Uid, head.ResourceVersion);
        }
        catch (KubeApiException e) when (e.IsAlreadyExists)
        {
            var head = await _api.GetAsync(CoreTypes.ConfigMaps, _objects.HeadKey(subject), ct);
            if (head is null || RecordObjects.ReadHead(head) is not { Counter: 0 })
            {
                throw new KubeApiException(
                    HttpStatusCode.Conflict,
                    "Conflict",
                    $"cannot begin the record of {subject}: somebody else has made it"
                );
            }
            var json = _objects.Head(subject, begun, new LostHead(head.Uid, head.ResourceVersion));
            var taken = await _api.ReplaceAsync(CoreTypes.ConfigMaps, head.Key, json, ct);
            return new LostHead(taken.Uid, taken.ResourceVersion);
        }
    }
}
