using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;

namespace Operator.Runtime;

/// <summary>
/// Keeps records in custom resources of one kind. Each subject has one head, which is written only with its resourceVersion. The head lists
/// immutable parts with their SHA-256, and contains small parts. A commit creates the changed parts and then replaces the head.
/// So all changes of a commit become visible in one atomic step, and only one of several concurrent commits succeeds. The
/// objects have no ownerReference, because a record outlives its subject. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The first commit creates the head, with counter 0, before the parts. So a part without a head always means that the head was
/// lost, and a crash during the first commit does not look like a lost head.
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

    /// <remarks><c>newId</c> returns a new random id of at least 64 bits.</remarks>
    public RecordStore(IKubeApi api, RecordStoreOptions options, TimeProvider time, Func<string> newId)
    {
        (_api, _options, _time, _newId) = (api, options, time, newId);
        _objects = new RecordObjects(options);
        _reader = new RecordReader(api, _objects);
        _sweeper = new RecordSweeper(api, _objects, _reader, options, time);
        _retirement = new RecordRetirement(api, _objects, _reader, options, time);
    }

    /// <summary>Reads the record live. <paramref name="witnesses"/> is what other objects say of it; empty: nothing.</summary>
    public Task<RecordRead> ReadAsync(
        ObjectKey subject,
        IReadOnlyCollection<RecordWitness> witnesses,
        CancellationToken ct
    ) => _reader.ReadAsync(subject, witnesses, ct);

    /// <summary>
    /// As <see cref="ReadAsync"/>, but without a request while this process knows the head: it read it, or its last commit was
    /// answered. A commit on top of a head that another client changed fails, so an outdated answer does no harm to the record. What it
    /// says may be over all the same: the caller must have a reason to believe that it is about the subject that is there now, and must call
    /// <see cref="DoubtAll"/> when the cluster went back to an older state.
    /// </summary>
    public Task<RecordRead> RecallAsync(
        ObjectKey subject,
        IReadOnlyCollection<RecordWitness> witnesses,
        CancellationToken ct
    ) => _reader.RecallAsync(subject, witnesses, ct);

    /// <summary>
    /// Begins a term: forgets which heads are known, because another process may have committed, and reads all heads of a namespace
    /// (null: of all namespaces) in few requests.
    /// </summary>
    public Task BeginTermAsync(string? ns, CancellationToken ct)
    {
        _reader.DoubtAll();
        return _reader.PrefetchAsync(ns, ct);
    }

    /// <summary>Every next <see cref="RecallAsync"/> reads live.</summary>
    public void DoubtAll() => _reader.DoubtAll();

    /// <summary>The subject is gone, or is another one now: nothing of its record is remembered.</summary>
    public void Forget(ObjectKey subject) => _reader.Forget(subject);

    /// <summary>
    /// Gives up a record that was read completely, but whose parts contradict each other. <paramref name="why"/> goes on after "its
    /// head". Returns what survives of it, as if a part were damaged.
    /// </summary>
    public Task<RecordRead.Lost> DisownAsync(
        ObjectKey subject,
        StoredRecord record,
        string why,
        CancellationToken ct
    ) =>
        _reader.LostAsync(
            subject,
            why,
            new LostHead(record.HeadUid, record.HeadResourceVersion) { Claim = record.Claim },
            ct
        );

    /// <summary>
    /// Commits the changes (null removes a part) and returns the new record. After an exception the commit may still have
    /// succeeded, except where noted below; the next read shows it.
    /// </summary>
    /// <exception cref="KubeApiException">With status 409: another client committed first; this commit failed.</exception>
    /// <exception cref="RecordTooLargeException">A part or the head is too large; no object was written.</exception>
    public async Task<StoredRecord> CommitAsync(
        ObjectKey subject,
        CommitBasis basis,
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>?> changes,
        CancellationToken ct
    )
    {
        var started = _time.GetTimestamp();
        var (draft, parts) = new RecordDrafting(_options, _objects, _newId).Prepare(subject, basis, changes);
        _reader.Doubt(subject);
        if (parts.Count > 0)
        {
            _reader.NotePartsOf(subject);
        }
        var replaced = await HeadToReplaceAsync(subject, basis, draft, ct);
        var created = new List<KubeObject>(parts.Count);
        try
        {
            await CreateAsync(subject, parts, created, ct);
            if (_time.GetElapsedTime(started) > _options.MaxCommitTime)
            {
                throw new TimeoutException(
                    $"cannot commit the record of {subject}: it took longer than {_options.MaxCommitTime}, and its parts may be swept"
                );
            }
            var head = await WriteHeadAsync(subject, draft, replaced, ct);
            var committed = draft with { HeadUid = head.Uid, HeadResourceVersion = head.ResourceVersion };
            _reader.Remember(subject, committed);
            return committed;
        }
        catch (KubeApiException e) when (e.IsSurelyUndone)
        {
            await _sweeper.TakeBackAsync(subject, created, ct);
            throw;
        }
    }

    private async Task CreateAsync(
        ObjectKey subject,
        IReadOnlyList<RecordObjects.PartDraft> parts,
        List<KubeObject> created,
        CancellationToken ct
    )
    {
        foreach (var part in parts)
        {
            // The name is new and random. AlreadyExists means that another part has it, so it is not a success.
            var json = _objects.Part(subject, part);
            created.Add(await _api.CreateAsync(_options.Type, subject.Namespace, json, ct));
        }
    }

    private Task<KubeObject> WriteHeadAsync(
        ObjectKey subject,
        StoredRecord draft,
        LostHead? replaced,
        CancellationToken ct
    )
    {
        var json = _objects.Head(subject, RecordObjects.HeadOf(draft), replaced);
        return replaced is null
            ? _api.CreateAsync(_options.Type, subject.Namespace, json, ct)
            : _api.ReplaceAsync(_options.Type, _objects.HeadKey(subject), json, ct);
    }

    /// <summary>
    /// Lists all parts of a namespace (null: of all namespaces) and deletes the parts that no head lists, only of records that this
    /// process read or committed. Returns the number of deleted parts. After the first call, the first read of a new subject needs
    /// no list. So after it, this process must be the only one that creates records.
    /// </summary>
    public Task<int> SweepAsync(string? ns, CancellationToken ct) => _sweeper.SweepAsync(ns, ct);

    /// <summary>
    /// Lists all heads and all subjects (objects of type <paramref name="subjects"/>), marks the heads whose subject is gone, and
    /// removes records whose subject has been gone for longer than <see cref="RecordStoreOptions.KeptWithoutSubject"/>. Returns the
    /// number of removed records.
    /// </summary>
    public Task<int> RetireAsync(ResourceType subjects, string? ns, CancellationToken ct) =>
        _retirement.RetireAsync(subjects, ns, ct);

    /// <summary>Null: the commit creates the head.</summary>
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
    /// Creates the head of a new record, or takes an empty head that an incomplete first commit or a retirement left. This happens
    /// before the parts are created, so that no retirement removes the head in between.
    /// </summary>
    private async Task<LostHead?> BeginAsync(ObjectKey subject, StoredRecord draft, CancellationToken ct)
    {
        var begun = RecordObjects.HeadOf(draft) with { Counter = 0, Parts = [] };
        try
        {
            var json = _objects.Head(subject, begun, replaced: null);
            var head = await _api.CreateAsync(_options.Type, subject.Namespace, json, ct);
            return new LostHead(head.Uid, head.ResourceVersion);
        }
        catch (KubeApiException e) when (e.IsAlreadyExists)
        {
            var head = await _api.GetAsync(_options.Type, _objects.HeadKey(subject), ct);
            var isFree =
                head is not null && _objects.IsHeadOf(head, subject) && RecordObjects.ReadHead(head) is { Counter: 0 };
            if (!isFree)
            {
                throw new KubeApiException(
                    HttpStatusCode.Conflict,
                    "Conflict",
                    $"cannot begin the record of {subject}: another client created it first"
                );
            }
            var json = _objects.Head(subject, begun, new LostHead(head!.Uid, head.ResourceVersion)); // it is free
            var taken = await _api.ReplaceAsync(_options.Type, head.Key, json, ct);
            return new LostHead(taken.Uid, taken.ResourceVersion);
        }
    }
}
