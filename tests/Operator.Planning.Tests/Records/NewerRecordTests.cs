using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Planning.Tests.Records;

/// <summary>A record that a newer version of the operator wrote loses nothing when this version writes it.</summary>
public sealed class NewerRecordTests
{
    private static readonly ImmutableArray<string> Stores = new SellerNames(4).Random(30);

    [Theory]
    [InlineData("from.the.future", "{}")]
    [InlineData("future", "no JSON at all")]
    [InlineData("plan.orders.later", "[1]")]
    [InlineData("ledger.orders.9", "[1]")]
    public void Parts_of_a_newer_operator_are_carried_along(string name, string content)
    {
        var parts = RecordParts.Encode(new RecordFiller(1, Stores).Record()).Add(name, Encoding.UTF8.GetBytes(content));
        var read = Decode(parts);

        var changed = read.With("orders", read.Plan("orders") with { MissedSlots = 99 });
        var again = RecordParts.Encode(changed.With("orders", new FlowLedger()));

        Assert.Equal(content, Text(again[name]));
        Assert.Equal(99, Decode(again).Plan("orders").MissedSlots);
        Assert.Contains(name, RecordParts.Encode(Decode(again)).Keys);
    }

    [Theory]
    [InlineData("revisions", "")]
    [InlineData("revisions", "items.0")]
    [InlineData("attempts", "")]
    [InlineData("attempts", "current")]
    [InlineData("actions", "content")]
    [InlineData("plan.orders", "plan")]
    public void Members_of_a_newer_operator_are_carried_along(string part, string path)
    {
        var filler = new RecordFiller(1, Stores);
        var parts = Edited(RecordParts.Encode(filler.Record()), part, path, o => o["byNewer"] = "kept");
        var read = Decode(parts);

        var again = RecordParts.Encode(
            read with
            {
                Revisions = read.Revisions with { StableIsProven = !read.Revisions.StableIsProven },
                Attempts = read.Attempts with { Current = read.Attempts.Current! with { Stage = 77 } }, // the filler sets it
                Actions = read.Actions with { ForgottenUpTo = RecordFiller.Noon },
                Plans = read.Plans.SetItem("orders", read.Plan("orders") with { MissedSlots = 99 }),
            }
        );

        Assert.Equal("kept", (string?)At(JsonNode.Parse(again[part].Span), path)["byNewer"]);
    }

    [Fact]
    public void Numbers_that_a_newer_part_may_use_stay_with_their_stores()
    {
        ConnectorRecord Of(params ImmutableArray<string> stores) =>
            new ConnectorRecord().With("orders", new ChunkBook { Chunks = [new Chunk { Stores = stores }] });
        var read = Decode(RecordParts.Encode(Of("a", "b", "c")));
        var newer = Decode(RecordParts.Encode(Of("a", "b", "c")).Add("later", "{}"u8.ToArray()));

        var reused = RecordParts.Store(Of("a", "c", "d") with { Form = read.Form });
        var kept = RecordParts.Store(Of("a", "c", "d") with { Form = newer.Form });

        Assert.Equal(["a", "d", "c"], reused.Form.Numbers.Names);
        Assert.Equal(["a", "b", "c", "d"], kept.Form.Numbers.Names);
    }

    private static ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Edited(
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> parts,
        string part,
        string path,
        Action<JsonObject> edit
    )
    {
        var json = JsonNode.Parse(parts[part].Span);
        edit(At(json, path));
        return parts.SetItem(part, Encoding.UTF8.GetBytes(json!.ToJsonString())); // a part is an object
    }

    private static JsonObject At(JsonNode? json, string path) =>
        path.Split('.', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(
                json,
                (at, step) => int.TryParse(step, CultureInfo.InvariantCulture, out var i) ? at![i] : at![step]
            ) // the path exists
            !
            .AsObject();

    private static string Text(ReadOnlyMemory<byte> part) => Encoding.UTF8.GetString(part.Span);

    private static ConnectorRecord Decode(ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> parts) =>
        RecordParts.Decode("r1", 7, RecordFiller.Noon, parts);
}
