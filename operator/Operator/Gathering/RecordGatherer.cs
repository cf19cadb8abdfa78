using System.Collections.Immutable;
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

/// <summary>Reads a connector's record, or recalls it as the last commit left it, and decodes it.</summary>
internal sealed class RecordGatherer(
    RecordStore records,
    DecodedRecords decodedRecords,
    Randomness random,
    TimeProvider time
)
{
    private static readonly ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> NoParts = ImmutableSortedDictionary<
        string,
        ReadOnlyMemory<byte>
    >.Empty;

    /// <summary><paramref name="isLive"/>: reads the head even if this process knows it.</summary>
    public async Task<RecordFacts> ReadAsync(
        ObjectKey connector,
        ImmutableArray<RecordWitness> witnesses,
        bool isLive,
        CancellationToken ct
    )
    {
        var read = isLive
            ? await records.ReadAsync(connector, witnesses, ct)
            : await records.RecallAsync(connector, witnesses, ct);
        switch (read)
        {
            case RecordRead.Found(var record):
                return await DecodeAsync(connector, record, RecordWitness.Newest(witnesses), ct);
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
            new CommitBasis.InPlaceOf(lost.Head, id, now, above),
            NoParts
        )
        {
            Claim = lost.Head?.Claim,
        };
    }
}
