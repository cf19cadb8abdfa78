using System.Collections.Immutable;
using System.Diagnostics;
using System.IO.Compression;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;

namespace Operator.Planning.Tests.Outcomes;

/// <summary>The size of the outcomes of 10,000 stores, and the time to close an occasion. Prints the figures.</summary>
public sealed class OutcomeSizeTests(ITestOutputHelper output)
{
    private const int Stores = 10_000;
    private const int MostPartBytes = 512 * 1024;
    private static readonly ImmutableDictionary<string, MissCause> Nobody = ImmutableDictionary<
        string,
        MissCause
    >.Empty;
    private static readonly ImmutableArray<string> Names =
    [
        .. Enumerable.Range(0, Stores).Select(i => $"store-{i:00000}"),
    ];

    [Theory]
    [InlineData("oooooooooooooooooooo", 2 * 1024)]
    [InlineData("oooooooooooooooooouf", 160 * 1024)]
    [InlineData("okftapiuxnrebDCBQAs.", 512 * 1024)]
    public void The_last_48_occasions_of_a_flow_fit_a_part(string letters, int most)
    {
        var draft = Draft();
        var random = new Random(1);
        for (var i = 0; i < OutcomeBook.MostOccasions; i++)
        {
            draft = Timelines.Close(draft, "orders", Occasion(letters, random, i), Nobody);
        }
        var parts = Encode(draft);
        var flow = parts
            .Where(p => p.Key.StartsWith("outcomes.", StringComparison.Ordinal))
            .Select(p => p.Value)
            .ToList();
        var (bytes, packed) = (flow.Sum(p => p.Length), flow.Sum(Packed));
        var next = Occasion(letters, random, OutcomeBook.MostOccasions);
        output.WriteLine(
            $"{letters}: {flow.Count} parts of {bytes} bytes, {packed} packed; "
                + $"closing {Best(() => Timelines.Close(draft, "orders", next, Nobody))}, "
                + $"encoding {Best(() => Encode(draft).Count)}, "
                + $"packing {Best(() => flow.Sum(Packed))}, staleness {Best(() => Staleness.Of(draft).Length)}"
        );
        Assert.True(packed <= most, $"{packed} bytes");
        Assert.All(
            parts.Values,
            p => Assert.True(p.Length < MostPartBytes, "a part must fit even without compression")
        );
    }

    private static ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Encode(Draft draft) =>
        RecordParts.Encode(new ConnectorRecord { Outcomes = draft.Record.Outcomes });

    private static Draft Draft()
    {
        var connector = A.Connector(DateTimeOffset.UnixEpoch, stores: 0);
        var stores = Names.Select(n => new Store { Name = n }).ToImmutableArray();
        var spec = connector.Spec with { Stores = stores };
        var seen = new Observation { Now = DateTimeOffset.UnixEpoch, Connector = connector with { Spec = spec } };
        return new Draft(seen, new ConnectorRecord());
    }

    /// <summary>The shortest of ten, because other processes use the machine too.</summary>
    private static string Best<T>(Func<T> work) =>
        $"{Enumerable.Range(0, 10).Min(_ => Time(work)).TotalMicroseconds:0} us";

    private static TimeSpan Time<T>(Func<T> work)
    {
        var start = Stopwatch.GetTimestamp();
        GC.KeepAlive(work());
        return Stopwatch.GetElapsedTime(start);
    }

    private static Occasion Occasion(string letters, Random random, int number)
    {
        var slot = DateTimeOffset.UnixEpoch.AddMinutes(5 * number);
        var entries = Names
            .Chunk(25)
            .Select(
                (stores, i) =>
                    new Entry
                    {
                        Index = i,
                        Stores = [.. stores],
                        Result = RunResult.Succeeded,
                        Outcomes = OutcomeLetters.Pack([
                            .. stores.Select(_ => (StoreOutcome)letters[random.Next(letters.Length)]),
                        ]),
                    }
            );
        return new Occasion
        {
            Id = $"s{slot.ToUnixTimeSeconds()}",
            Slot = slot,
            Entries = [.. entries],
        };
    }

    private static int Packed(ReadOnlyMemory<byte> part)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(part.Span);
        }
        return buffer.ToArray().Length;
    }
}
