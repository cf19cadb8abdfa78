using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Planning.Tests.Records;

/// <summary>Parts that can't be read are a JsonException, never another one; missing parts are damage.</summary>
public sealed class DamagedRecordTests
{
    private static readonly ImmutableArray<string> Stores = new SellerNames(6).Random(40);

    [Fact]
    public void A_part_that_another_lists_may_not_be_missing()
    {
        var parts = RecordParts.Encode(Large());
        var alone = new HashSet<string>(StringComparer.Ordinal)
        {
            "revisions",
            "attempts",
            "actions",
            "pauses",
            "quotas",
            "planning",
            "trials",
        };
        var listed = parts.Keys.Where(n => !alone.Contains(n) && !IsFirstOfFlow(n)).ToList();
        Assert.Contains("stores.1", listed);
        Assert.Contains("pauses.1", listed);
        Assert.Contains("revision.r0", listed);
        Assert.Contains("attempts.order", listed);
        Assert.Contains("plan.orders.s1.1", listed);
        Assert.Contains(listed, n => n.StartsWith("outcomes.orders.s", StringComparison.Ordinal));

        foreach (var name in listed.Where(n => n is not ("names" or "stores")))
        {
            var error = Assert.Throws<DamagedRecordException>(() => Decode(parts.Remove(name)));
            Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("plan.orders", """{"plan":{"occasions":null}}""")]
    [InlineData("plan.orders", """{"plan":{"occasions":[null]}}""")]
    [InlineData("plan.orders", """{"plan":null}""")]
    [InlineData("plan.orders", """{"plan":{"occasions":[{"entries":[{"stores":null}]}]}}""")]
    [InlineData("plan.orders", """{"plan":{"occasions":[{"entries":[{"stores":[null]}]}]}}""")]
    [InlineData("plan.orders", """{"plan":{"occasions":[{"entries":[{"stores":["9"]}]}]}}""")]
    [InlineData("plan.orders", """{"plan":{"occasions":[{"entries":[{"stores":["0"],"notReached":["1"]}]}]}}""")]
    [InlineData("plan.orders", """{"plan":{"occasions":[{"entries":[{"stores":["0"],"notReached":["0","0"]}]}]}}""")]
    [InlineData("plan.orders", """{"plan":{"isolated":[{"store":"x"}]}}""")]
    [InlineData("plan.orders", """{"plan":{"occasions":[{"entries":[{"result":"Unheard"}]}]}}""")]
    [InlineData("ledger.orders", """{"content":{"stores":null}}""")]
    [InlineData("ledger.orders", """{"content":{"stores":{"0":null}}}""")]
    [InlineData("ledger.orders", """{"content":{"stores":{"0-":{}}}}""")]
    [InlineData("ledger.orders", """{"content":{"stores":{"-1":{}}}}""")]
    [InlineData("ledger.orders", """{"content":{"evidence":null}}""")]
    [InlineData("ledger.orders", "{}")]
    [InlineData("chunks.orders", """{"chunks":[{"stores":["0","1"]}]}""")]
    [InlineData("chunks.orders", """{"chunks":[{"stores":["0-2000000000"]}]}""")]
    [InlineData("quotas", """{"content":{"apis":{"x":null}}}""")]
    [InlineData("quotas", """{"content":{"apis":{"x":{"fullAt":{"0":1.5}}}}}""")]
    [InlineData("names", """{"content":{"names":["a","a"]}}""")]
    [InlineData("names", """{"content":{"names":["a"],"places":["7"]}}""")]
    [InlineData("revisions", """{"items":[null]}""")]
    [InlineData("attempts", """{"current":{"order":["\ud83d"]}}""")]
    [InlineData("attempts", "null")]
    [InlineData("attempts", "")]
    public void A_part_that_cannot_be_read_is_an_error_of_its_json(string name, string content)
    {
        var parts = RecordParts
            .Encode(new ConnectorRecord().With("a", new ChunkBook { Chunks = [new Chunk { Stores = ["a"] }] }))
            .SetItem(name, Encoding.UTF8.GetBytes(content));

        Assert.ThrowsAny<JsonException>(() => Decode(parts));
    }

    /// <summary>A text that contains "null" is no null.</summary>
    [Fact]
    public void A_store_may_be_called_null()
    {
        var book = new ChunkBook { Chunks = [new Chunk { Stores = ["null", "a-null"] }] };

        var read = Decode(RecordParts.Encode(new ConnectorRecord().With("orders", book)));

        Assert.Equal(["null", "a-null"], read.ChunksOf("orders").Chunks[0].Stores);
    }

    [Fact]
    public void Any_value_in_a_wrong_place_is_an_error_of_the_json_or_none() =>
        Gen.Select(Gen.Int, Gen.Int)
            .Sample(
                (seed, place) =>
                {
                    var parts = RecordParts.Encode(new RecordFiller(seed, Stores).Record());
                    var random = new Random(place);
                    var ofJson = parts.Keys.Where(n => !n.StartsWith("trials.", StringComparison.Ordinal)).ToList();
                    var name = ofJson[random.Next(ofJson.Count)];
                    var broken = Encoding.UTF8.GetBytes(Broken(parts[name], random));

                    var error = Xunit.Record.Exception(() => Decode(parts.SetItem(name, broken)));

                    Assert.True(error is null or JsonException, $"{name}: {Encoding.UTF8.GetString(broken)}: {error}");
                },
                iter: 1000
            );

    /// <summary>Replaces one value by another kind of value, or cuts the text.</summary>
    private static string Broken(ReadOnlyMemory<byte> part, Random random)
    {
        var json = JsonNode.Parse(part.Span)!; // a part is an object or a list
        var values = Values(json).ToList();
        if (values.Count == 0 || random.Next(10) == 0)
        {
            return json.ToJsonString()[..random.Next(json.ToJsonString().Length)];
        }
        string[] others = ["null", "7", "-7", "1.5", "\"x\"", "\"\"", "true", "[]", "[7]", "{}", "{\"x\":7}", "[null]"];
        values[random.Next(values.Count)].ReplaceWith(JsonNode.Parse(others[random.Next(others.Length)]));
        return json.ToJsonString();
    }

    private static IEnumerable<JsonNode> Values(JsonNode? json) =>
        (
            json switch
            {
                JsonObject item => item.Select(m => m.Value),
                JsonArray list => list,
                _ => [],
            }
        ).SelectMany(v => v is null ? [] : Values(v).Append(v));

    private static bool IsFirstOfFlow(string part) =>
        part.Split('.') is ["plan" or "ledger" or "chunks" or "outcomes", _];

    /// <summary>A record with every kind of part.</summary>
    private static ConnectorRecord Large()
    {
        var names = new SellerNames(8).Random(3_000);
        var entries = names.Select(
            (n, i) =>
                new Entry
                {
                    Index = i,
                    Stores = [n],
                    Reason = n + n,
                }
        );
        var rows = Enumerable
            .Range(0, 48)
            .Select(i => new ClosedOccasion { Id = $"s{i}", Outcomes = new string('o', 1000) });
        return new RecordFiller(1, Stores).Record() with
        {
            Revisions = new RevisionBook { Items = [new Revision { Hash = "r0" }] },
            Plans = new ConnectorRecord()
                .With("orders", new FlowPlan { Occasions = [new Occasion { Id = "s1", Entries = [.. entries] }] })
                .Plans,
            Outcomes = new OutcomeBook().With("orders", new Timeline { Occasions = [.. rows] }),
            Stores = new StoreBook
            {
                Lists =
                [
                    new KeptStoreList { Source = "a/stores.yaml" },
                    new KeptStoreList { Source = "b/stores.yaml" },
                ],
            },
            Pauses = new PauseBook
            {
                Auth = names.ToImmutableSortedDictionary(n => n, n => new AuthPause { Credentials = n + n }),
            },
        };
    }

    private static ConnectorRecord Decode(ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> parts) =>
        RecordParts.Decode("r1", 7, RecordFiller.Noon, parts);
}
