using System.Collections.Immutable;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Planning.Tests.Records;

/// <summary>What is recovered from the parts that outlive the head of a lost record.</summary>
public sealed class SalvageTests
{
    private static readonly ConnectorRecord Record = new RecordFiller(2, new SellerNames(2).Random(30)).Record();
    private static readonly ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Parts = RecordParts.Encode(
        Record with
        {
            Actions = Record.Actions with { Decided = [.. Enumerable.Repeat(Record.Actions.Decided[0], 600)] },
        }
    );

    private static IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> Survivors =>
        Parts.Where(p => RecordParts.OutlivesHead(p.Key));

    [Fact]
    public void Revisions_attempts_and_actions_come_back_but_for_the_attempts_order()
    {
        var books = RecordParts.Salvage(Survivors);

        Assert.Equal(RecordText.Of(Record.Revisions), RecordText.Of(books.Revisions));
        Assert.Equal(RecordText.Of(Record.Attempts.History), RecordText.Of(books.Attempts?.History));
        Assert.Equal(Record.Attempts.Current?.Order.Length, books.Attempts?.Current?.Places);
        Assert.Empty(books.Attempts?.Current?.Order ?? ["missing"]);
        Assert.Equal(RecordText.Of(Record.Actions.Orders), RecordText.Of(books.Actions?.Orders));
        Assert.Equal(600, books.Actions?.Decided.Length);
    }

    [Fact]
    public void Each_revision_is_a_part_that_outlives_the_head() =>
        Assert.All(Record.Revisions.Items, r => Assert.Contains($"revision.{r.Hash}", Survivors.Select(s => s.Key)));

    [Fact]
    public void A_revision_without_content_is_left_out_and_the_others_stay()
    {
        var lost = Record.Revisions.Items[0].Hash;

        var books = RecordParts.Salvage(Survivors.Where(s => s.Key != $"revision.{lost}"));

        Assert.Equal(
            Record.Revisions.Items.Select(r => r.Hash).Where(h => h != lost),
            books.Revisions?.Items.Select(r => r.Hash)
        );
    }

    [Fact]
    public void Of_a_damaged_part_the_next_copy_is_taken()
    {
        var damaged = Survivors.Select(s => KeyValuePair.Create(s.Key, (ReadOnlyMemory<byte>)"{]"u8.ToArray()));

        var books = RecordParts.Salvage(damaged.Concat(Survivors));

        Assert.Equal(RecordText.Of(Record.Revisions), RecordText.Of(books.Revisions));
    }

    [Fact]
    public void Nothing_comes_back_from_nothing() =>
        Assert.Equal(new SalvagedBooks(null, null, null), RecordParts.Salvage([]));
}
