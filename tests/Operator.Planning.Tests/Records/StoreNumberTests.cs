using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Planning.Tests.Records;

/// <summary>The numbers of stores: stable, never shared, and few parts change when a store joins or leaves.</summary>
public sealed class StoreNumberTests
{
    private const int Many = 10_000;
    private static readonly ImmutableArray<string> Names = new SellerNames(9).Random(Many + 10);

    [Fact]
    public void Numbers_come_back_from_their_text() =>
        Gen.Int[0, 300]
            .Array[0, 200]
            .Sample(numbers =>
            {
                var text = NumberText.Of(numbers);

                Assert.Equal(numbers, NumberText.Read(text, limit: 301));
                Assert.True(text.Length <= numbers.Length * 4, text);
            });

    [Fact]
    public void Consecutive_numbers_are_one_range()
    {
        Assert.Equal("0-9999", NumberText.Of([.. Enumerable.Range(0, Many)]));
        Assert.Equal("5-7,2,9,8", NumberText.Of([5, 6, 7, 2, 9, 8]));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("3-2")]
    [InlineData("a")]
    [InlineData("1,")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("1-2-3")]
    [InlineData(" 1")]
    [InlineData("0-999999999999")]
    public void Text_that_is_no_list_of_numbers_below_the_limit_is_refused(string text) =>
        Assert.Throws<JsonException>(() => NumberText.Read(text, limit: 7));

    [Fact]
    public void A_store_keeps_its_number_while_the_record_names_it_and_no_two_share_one() =>
        Gen.Int.Sample(
            seed =>
            {
                var (random, record) = (new Random(seed), new ConnectorRecord());
                for (var commit = 0; commit < 30; commit++)
                {
                    var before = record.Form;
                    var named = before.Record is { } last ? NamesInUse.Of(last) : [];
                    var stores = Names.Take(30).Where(_ => random.Next(3) > 0).ToImmutableArray();
                    record = RecordParts.Store(
                        record.With("orders", Chunks(stores)) with
                        {
                            Pauses = new PauseBook { Auth = PausesOf(stores.Take(random.Next(5))) },
                        }
                    );

                    var numbers = record.Form.Numbers;
                    Assert.Equal(numbers.Names.Distinct(), numbers.Names);
                    Assert.All(
                        NamesInUse.Of(record).Intersect(named),
                        store => Assert.Equal(before.Numbers.Find(store), numbers.Find(store))
                    );
                    Assert.True(numbers.Names.Length <= 30, "numbers of stores that left are used again");
                }
            },
            iter: 40
        );

    [Fact]
    public void One_store_that_takes_the_place_of_another_changes_few_parts()
    {
        var before = Stored(Names[..Many]);
        var stores = Names[..Many].SetItem(4_567, Names[Many]);

        var after = RecordParts.Store(Of(stores) with { Form = before.Form });

        var changed = after.Form.Parts.Where(p => !p.Value.Span.SequenceEqual(before.Form.Parts[p.Key].Span));
        Assert.Equal(["names.4"], changed.Select(p => p.Key));
    }

    [Fact]
    public void A_store_that_joins_changes_few_parts()
    {
        var before = Stored(Names[..Many]);

        var after = RecordParts.Store(Of(Names[..(Many + 1)]) with { Form = before.Form });

        var changed = after.Form.Parts.Where(p =>
            !before.Form.Parts.TryGetValue(p.Key, out var old) || !p.Value.Span.SequenceEqual(old.Span)
        );
        // The new name, the number of parts with names and the places in the outcomes, and the books that name the store.
        Assert.Equal(["chunks.orders", "ledger.orders", "names", "names.10"], changed.Select(p => p.Key));
    }

    [Fact]
    public void A_store_that_leaves_changes_no_name()
    {
        var before = Stored(Names[..Many]);

        var after = RecordParts.Store(Of(Names[..Many].RemoveAt(77)) with { Form = before.Form });

        Assert.Equal(before.Form.Numbers.Names, after.Form.Numbers.Names);
    }

    [Fact]
    public void Unchanged_books_keep_their_bytes_in_memory()
    {
        var record = Stored(Names[..Many]);

        var after = RecordParts.Store(record with { Actions = new ActionBook { ForgottenUpTo = RecordFiller.Noon } });

        Assert.All(record.Form.Parts, p => Assert.True(p.Value.Equals(after.Form.Parts[p.Key]), p.Key));
        Assert.Equal(["actions"], after.Form.Parts.Keys.Except(record.Form.Parts.Keys));
    }

    private static ConnectorRecord Stored(ImmutableArray<string> stores) => RecordParts.Store(Of(stores));

    private static ConnectorRecord Of(ImmutableArray<string> stores)
    {
        var ledger = new FlowLedger
        {
            Stores = stores.ToImmutableSortedDictionary(
                s => s,
                _ => new StoreLedger { LastOkSlot = RecordFiller.Noon },
                StringComparer.Ordinal
            ),
        };
        var outcomes = new OutcomeBook { Stores = stores };
        return new ConnectorRecord { Outcomes = outcomes }
            .With("orders", Chunks(stores))
            .With("orders", ledger);
    }

    private static ChunkBook Chunks(ImmutableArray<string> stores) =>
        new() { Chunks = [.. stores.Chunk(25).Select((chunk, i) => new Chunk { Id = i, Stores = [.. chunk] })] };

    private static ImmutableSortedDictionary<string, AuthPause> PausesOf(IEnumerable<string> stores) =>
        stores.ToImmutableSortedDictionary(s => s, _ => new AuthPause { Failures = 1 }, StringComparer.Ordinal);
}
