using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// What was read of a record, and what a commit on top of it needs. <paramref name="Parts"/> are the currently committed parts; empty
/// when there is no record.
/// </summary>
internal sealed record RecordFacts(
    RecordSight Sight,
    CommitBasis Basis,
    ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Parts
)
{
    /// <summary>The claim in the record's head; null: there is none.</summary>
    public RecordClaim? Claim { get; init; }
}

/// <summary>Reads a connector's record, or recalls it as the last commit left it, and decodes it. Safe for concurrent use.</summary>
internal sealed class RecordGatherer(
    RecordStore records,
    DecodedRecords decodedRecords,
    LiveReads live,
    Randomness random,
    TimeProvider time
)
{
    private static readonly ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> NoParts = ImmutableSortedDictionary<
        string,
        ReadOnlyMemory<byte>
    >.Empty;

    /// <summary>The UID of the connector object that each record was last read for. Another object may have another record, or none.</summary>
    private readonly ConcurrentDictionary<ObjectKey, string> _readFor = new();

    /// <summary><paramref name="isLive"/>: reads the head even if this process knows it.</summary>
    public async Task<RecordFacts> ReadAsync(
        MarketplaceConnector connector,
        ImmutableArray<RecordWitness> witnesses,
        bool isLive,
        CancellationToken ct
    )
    {
        var (key, uid) = (Kinds.KeyOf(connector.Metadata), connector.Metadata.Uid);
        var read =
            !isLive && MayRecall(key, connector)
                ? await records.RecallAsync(key, witnesses, ct)
                : await records.ReadAsync(key, witnesses, ct);
        if (read is RecordRead.Lost)
        {
            witnesses = await live.WitnessesAsync(key, ct);
            read = await records.ReadAsync(key, witnesses, ct);
        }
        _readFor[key] = uid;
        switch (read)
        {
            case RecordRead.Found found:
                return await DecodeAsync(key, found.Record, RecordWitness.Newest(witnesses), ct);
            case RecordRead.Lost lost:
                return Recover(lost, RecordWitness.Newest(witnesses));
            case RecordRead.Foreign(var item):
                return new RecordFacts(
                    new RecordSight.Foreign(item),
                    new CommitBasis.Fresh(random.Id(), time.GetUtcNow()),
                    NoParts
                );
            default:
                var (id, now) = (random.Id(), time.GetUtcNow());
                return new RecordFacts(new RecordSight.Fresh(id, now), new CommitBasis.Fresh(id, now), NoParts);
        }
    }

    /// <summary>The connector is gone. One of the same name may come with another record: that of a new namespace, or of a backup.</summary>
    public void Forget(ObjectKey connector)
    {
        _readFor.TryRemove(connector, out _);
        decodedRecords.Forget(connector);
        records.Forget(connector);
    }

    /// <summary>
    /// A head that was read in the list at the begin of the term, before any connector was looked at, is about a connector whose own
    /// status knows the record.
    /// </summary>
    private bool MayRecall(ObjectKey key, MarketplaceConnector connector) =>
        _readFor.TryGetValue(key, out var uid)
            ? uid == connector.Metadata.Uid
            : connector.Status is { RecordId: not null, RecordCounter: > 0 };

    private async Task<RecordFacts> DecodeAsync(
        ObjectKey connector,
        StoredRecord record,
        long witness,
        CancellationToken ct
    )
    {
        try
        {
            var decoded = decodedRecords.Decode(connector, record);
            return new RecordFacts(new RecordSight.Found(decoded), new CommitBasis.OnTop(record), record.Parts)
            {
                Claim = record.Claim,
            };
        }
        catch (DamagedRecordException e)
        {
            return Recover(await records.DisownAsync(connector, record, $"can't be used: {e.Message}", ct), witness);
        }
    }

    private RecordFacts Recover(RecordRead.Lost lost, long witness)
    {
        var (id, now) = (random.Id(), time.GetUtcNow());
        var above = Math.Max(witness, lost.Survivors.Select(s => s.Counter).DefaultIfEmpty().Max());
        return new RecordFacts(
            Survivors.Of(lost, id, now, witness),
            new CommitBasis.InPlaceOf(lost.Head, id, now, Math.Min(above, RecordWitness.MostCredible)),
            NoParts
        )
        {
            Claim = lost.Head?.Claim,
        };
    }
}
