using System.Collections.Immutable;
using Operator.Hosting;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>The largest record fits the store's limits with the options of the program.</summary>
public sealed class RecordLimitTests
{
    private const int MostHeadBytes = 640 * 1024;

    [Fact]
    public async Task The_largest_record_of_10000_stores_with_long_names_is_committed()
    {
        var (time, ct) = (new VirtualTime(), TestContext.Current.CancellationToken);
        using var cluster = new FakeCluster(time);
        var ids = 0;
        var store = new RecordStore(cluster.Connect("operator-1"), Wiring.Records, time, () => $"id{ids++:x16}");
        var subject = new ObjectKey("shop", "amazon-eu");
        var record = new CrowdedRecord(new SellerNames(3).Random(10_000), seed: 3) { StoresARun = 10 }.Build();
        var parts = RecordParts.Encode(record);
        var changes = parts.ToImmutableSortedDictionary(p => p.Key, p => (ReadOnlyMemory<byte>?)p.Value);

        await store.CommitAsync(subject, new CommitBasis.Fresh("r1", time.GetUtcNow()), changes, ct);

        var read = Assert
            .IsType<RecordRead.Found>(await store.ReadAsync(subject, [new RecordWitness("r1", 1)], ct))
            .Record;
        Assert.Equal(parts.Keys, read.Parts.Keys);
        Assert.All(
            cluster.Journal.Writes.Select(w => cluster.Find(w.Request.Type, w.Request.Key)).OfType<KubeObject>(),
            item => Assert.InRange(item.Json.GetRawText().Length, 1, MostHeadBytes)
        );
    }
}
