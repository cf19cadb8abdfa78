using System.Diagnostics;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Planning.Tests.Records;

/// <summary>No part comes near its limit of 512 KiB after compression, whatever the stores are called and do. Prints the figures.</summary>
public sealed class RecordSizeTests(ITestOutputHelper output)
{
    private const int Stores = 10_000;

    /// <summary>Half of the limit.</summary>
    private const int Most = 256 * 1024;

    /// <summary>Each part takes about 150 bytes in the head, which has a limit of 768 KiB.</summary>
    private const int MostParts = 1_000;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 25)]
    public void Every_part_fits_when_all_books_of_all_stores_are_full(int flows, int storesARun)
    {
        var names = new SellerNames(11).Random(Stores);
        var record = new CrowdedRecord(names, seed: 11)
        {
            Flows = [.. Enumerable.Range(0, flows).Select(i => $"flow-{i}")],
            StoresARun = storesARun,
            HistorySlots = 10,
        }.Build();

        var stored = RecordParts.Store(record);

        var parts = stored.Form.Parts;
        var sizes = parts.Select(p => (Name: p.Key, Raw: p.Value.Length, Packed: RecordBytes.Packed(p.Value))).ToList();
        foreach (var kind in sizes.GroupBy(p => p.Name.Split('.')[0]))
        {
            output.WriteLine(
                $"{kind.Key, -10} {kind.Count(), 4} parts, largest {kind.Max(p => p.Packed), 7} (raw {kind.Max(p => p.Raw), 7}), together {kind.Sum(p => (long)p.Packed), 9}"
            );
        }
        output.WriteLine(
            $"{sizes.Count} parts, {sizes.Sum(p => (long)p.Packed)} bytes; encode {Time(() => RecordParts.Store(record))}, again {Time(() => RecordParts.Store(stored))}, decode {Time(() => RecordParts.Decode("r", 1, default, parts))}"
        );
        Assert.All(sizes, p => Assert.True(p.Packed <= Most, $"{p.Name}: {p.Packed}"));
        Assert.InRange(sizes.Count, 1, MostParts);
    }

    private static string Time<T>(Func<T> work)
    {
        var start = Stopwatch.GetTimestamp();
        GC.KeepAlive(work());
        return $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms";
    }
}
