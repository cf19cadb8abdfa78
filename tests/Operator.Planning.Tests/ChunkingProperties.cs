using System.Collections.Immutable;
using CsCheck;
using Operator.Api;
using Operator.Planning.Record;
using Operator.Planning.Runs;
using Operator.Planning.Stores;

namespace Operator.Planning.Tests;

/// <summary>A store that joins, leaves or changes moves no other store.</summary>
public sealed class ChunkingProperties
{
    private static readonly Gen<HashSet<int>> Sets = Gen.Int[0, 120].Array[0, 120].Select(a => a.ToHashSet());
    private static readonly Gen<HashSet<int>[]> Histories = Sets.Array[2, 6];

    [Fact]
    public void Every_store_has_one_place_and_keeps_it_for_as_long_as_it_is_listed() =>
        Gen.Select(Histories, Gen.Int[1, 12].Array[6])
            .Sample(
                (history, sizes) =>
                {
                    var book = new ChunkBook();
                    foreach (var (listed, size) in history.Zip(sizes))
                    {
                        var before = Places(book);
                        book = Chunking.Settle(book, Roster(listed), size);
                        var after = Places(book);

                        Assert.Equal(listed.Select(Name).Order(), after.Keys.Order());
                        Assert.All(
                            before.Where(p => after.ContainsKey(p.Key)),
                            p => Assert.Equal(p.Value, after[p.Key])
                        );
                        Assert.Equal(book.Chunks.Select(c => c.Id).Order().Distinct(), book.Chunks.Select(c => c.Id));
                        Assert.Same(book, Chunking.Settle(book, Roster(listed), size));
                    }
                },
                iter: 300
            );

    [Fact]
    public void Stores_that_come_together_fill_their_chunks() =>
        Gen.Select(Gen.Int[1, 300], Gen.Int[1, 50])
            .Sample(
                (count, size) =>
                {
                    var book = Chunking.Settle(new ChunkBook(), Roster(Enumerable.Range(0, count)), size);

                    Assert.Equal((count + size - 1) / size, book.Chunks.Length);
                    Assert.Equal((count + size - 1) / size, ChunkPacking.Pack(book, _ => true, size).Count());
                },
                iter: 200
            );

    [Fact]
    public void Runs_hold_each_store_once_are_never_too_large_and_not_many() =>
        Gen.Select(Histories, Gen.Int[1, 12], Gen.Int[1, 12], Sets)
            .Sample(
                (history, size, most, free) =>
                {
                    var book = history.Aggregate(new ChunkBook(), (b, s) => Chunking.Settle(b, Roster(s), size));
                    var listed = free.Intersect(history[^1]).Select(Name).ToHashSet();

                    var runs = ChunkPacking.Pack(book, listed.Contains, most).ToList();

                    Assert.Equal(listed.Order(), runs.SelectMany(r => r.Stores).Order());
                    Assert.All(runs, r => Assert.InRange(r.Stores.Length, 1, most));
                    var halvings = Math.Log2(book.Chunks.Length + 1);
                    Assert.InRange(runs.Count, 0, (2.0 * listed.Count / most) + halvings + 1);
                },
                iter: 500
            );

    [Fact]
    public void Where_a_store_joins_one_run_at_most_becomes_another_and_where_it_leaves_one_at_most_is_new() =>
        Gen.Select(Histories, Gen.Int[1, 12], Gen.Int[121, 200])
            .Sample(
                (history, size, joins) =>
                {
                    var book = history.Aggregate(new ChunkBook(), (b, s) => Chunking.Settle(b, Roster(s), size));
                    var joined = Chunking.Settle(book, Roster(history[^1].Append(joins)), size);

                    var without = RunsOf(book, size);
                    var with = RunsOf(joined, size);
                    var left = RunsOf(Chunking.Settle(joined, Roster(history[^1]), size), size);

                    Assert.InRange(without.Except(with).Count(), 0, 1);
                    Assert.InRange(left.Except(with).Count(), 0, 1);
                },
                iter: 500
            );

    [Fact]
    public void A_suspended_store_comes_back_to_its_place()
    {
        var stores = Enumerable.Range(0, 20).Select(i => new Store { Name = Name(i) }).ToImmutableArray();
        var book = Chunking.Settle(new ChunkBook(), new StoreRoster(stores), 5);

        var suspended = stores.SetItem(7, stores[7] with { Suspend = true });

        Assert.Same(book, Chunking.Settle(book, new StoreRoster(suspended), 5));
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(1, 0.5)]
    [InlineData(2, 0.25)]
    [InlineData(3, 0.75)]
    [InlineData(4, 0.125)]
    public void Chunks_stand_evenly_in_the_slot_however_many_there_are(int id, double position)
    {
        Assert.Equal(position, Chunking.PositionOf(id) / Math.Pow(2, 32));
    }

    private static string Name(int number) => $"store-{number:000}";

    private static StoreRoster Roster(IEnumerable<int> listed) =>
        new([.. listed.Select(i => new Store { Name = Name(i) })]);

    private static Dictionary<string, int> Places(ChunkBook book) =>
        book.Chunks.SelectMany(c => c.Stores.Select(s => (s, c.Id))).ToDictionary(p => p.s, p => p.Id);

    private static HashSet<string> RunsOf(ChunkBook book, int most) =>
        [.. ChunkPacking.Pack(book, _ => true, most).Select(r => string.Join(',', r.Stores))];
}
