using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>A record for planning, and what a commit changes. <paramref name="Parts"/> are the committed parts.</summary>
internal sealed record RecordFacts(
    RecordSight Sight,
    CommitBasis Basis,
    ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Parts
)
{
    private static readonly ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> NoParts = ImmutableSortedDictionary<
        string,
        ReadOnlyMemory<byte>
    >.Empty;

    public static RecordFacts Found(StoredRecord stored, ConnectorRecord decoded) =>
        new(new RecordSight.Found(decoded), new CommitBasis.OnTop(stored), stored.Parts);

    public static RecordFacts Fresh(string newId, DateTimeOffset now) =>
        new(new RecordSight.Fresh(newId, now), new CommitBasis.Fresh(newId, now), NoParts);

    public static RecordFacts Lost(RecordRead.Lost lost, long witness, string newId, DateTimeOffset now)
    {
        var above = Math.Max(witness, lost.Survivors.Select(s => s.Counter).DefaultIfEmpty().Max());
        return new RecordFacts(
            Survivors.Of(lost, newId, now, witness),
            new CommitBasis.InPlaceOf(lost.Head, newId, now, above),
            NoParts
        );
    }
}
