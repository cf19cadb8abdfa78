using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Planning.Tests.Records;

/// <summary>A record comes back from its parts as it was, and its bytes do not change on the way.</summary>
public sealed class RecordRoundTripTests
{
    private static readonly ImmutableArray<string> Stores = new SellerNames(3).Random(40);

    [Fact]
    public void Every_property_comes_back()
    {
        var record = new RecordFiller(1, Stores).Record();
        AssertAllSet(record, "record");

        Assert.Equal(RecordText.Of(record), RecordText.Of(Again(record)));
    }

    [Fact]
    public void Random_records_come_back() =>
        Gen.Int.Sample(
            seed =>
            {
                var record = new RecordFiller(seed, Stores) { MostRuns = 120 }.Record();

                Assert.Equal(RecordText.Of(record), RecordText.Of(Again(record)));
            },
            iter: 60
        );

    [Fact]
    public void A_record_that_was_read_has_the_same_bytes() =>
        Gen.Int.Sample(
            seed =>
            {
                var parts = RecordParts.Encode(new RecordFiller(seed, Stores) { MostRuns = 120 }.Record());
                var read = Decode(parts);

                AssertSame(parts, RecordParts.Encode(read));
                // As if every book had changed: nothing is kept, only the numbers.
                var form = new StoredForm { Numbers = read.Form.Numbers };
                AssertSame(parts, RecordParts.Encode(read with { Form = form }));
            },
            iter: 60
        );

    [Fact]
    public void An_empty_record_has_no_more_parts_than_it_needs() =>
        Assert.Equal(["attempts", "revisions"], RecordParts.Encode(new ConnectorRecord()).Keys);

    [Fact]
    public void Only_the_table_and_the_suspensions_name_stores()
    {
        var parts = RecordParts.Encode(new RecordFiller(5, Stores) { MostRuns = 120 }.Record());

        var naming = parts.Where(p => Stores.Any(s => Text(p.Value).Contains(s, StringComparison.Ordinal)));

        Assert.Equal(["actions", "names"], naming.Select(p => p.Key).Order(StringComparer.Ordinal));
    }

    /// <summary>A store that is missed here could lose its number to another one.</summary>
    [Fact]
    public void Every_store_with_a_number_is_in_use() =>
        Gen.Int.Sample(
            seed =>
            {
                var record = RecordParts.Store(new RecordFiller(seed, Stores).Record());

                var named = NamesInUse.Of(record).Where(n => n != StoresByNumber.NoStore);
                Assert.Equal(named.Order(), record.Form.Numbers.Names.Order());
            },
            iter: 60
        );

    [Fact]
    public void A_record_with_changed_books_comes_back() =>
        Gen.Int.Sample(
            seed =>
            {
                var random = new Random(seed);
                var record = RecordParts.Store(new RecordFiller(seed, Roster(random)).Record());
                for (var commit = 0; commit < 8; commit++)
                {
                    var changed = new RecordFiller(random.Next(), Roster(random)).Changed(record);
                    record = RecordParts.Store(changed);

                    Assert.Equal(RecordText.Of(changed), RecordText.Of(Decode(record.Form.Parts)));
                    Assert.Equal(record.Form.Numbers.Names, Decode(record.Form.Parts).Form.Numbers.Names);
                }
            },
            iter: 30
        );

    /// <summary>The operator goes on with what it committed, without reading it: so it must be what it would read.</summary>
    [Theory]
    [InlineData(A.Better)]
    [InlineData(A.Bad)]
    public void What_a_world_commits_is_what_it_reads(string image)
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { Failed = 5, CrashesAt = world.Connector.Spec.Stores[7].Name };
        world.ShipImage(image);
        world.Do("stop", A.Suspend("", world.Connector.Spec.Stores[3].Name));
        world.Do("now", A.RunNow());
        var commits = 0;

        world.Run(
            TimeSpan.FromMinutes(3),
            w =>
            {
                if (w.Last.MustCommit)
                {
                    commits++;
                    Assert.Equal(
                        RecordText.Of(w.Last.Record with { Counter = 0 }),
                        RecordText.Of(w.Record with { Counter = 0 })
                    );
                }
                return false;
            }
        );

        Assert.True(commits > 20, $"{commits} commits");
    }

    private static ImmutableArray<string> Roster(Random random) =>
        [.. Stores.Where((_, i) => i == 0 || random.Next(2) == 0)];

    private static ConnectorRecord Again(ConnectorRecord record) => Decode(RecordParts.Encode(record));

    private static ConnectorRecord Decode(ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> parts) =>
        RecordParts.Decode("r1", 7, RecordFiller.Noon, parts);

    private static string Text(ReadOnlyMemory<byte> part) => Encoding.UTF8.GetString(part.Span);

    private static void AssertSame(
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> before,
        ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> after
    ) => Assert.Equal(before.Select(p => (p.Key, Text(p.Value))), after.Select(p => (p.Key, Text(p.Value))));

    /// <summary>No property has the value of a new object: else the test would not notice that it is lost.</summary>
    private static void AssertAllSet(object item, string path)
    {
        var fresh = Activator.CreateInstance(item.GetType())!; // our records have a constructor without parameters
        foreach (var property in RecordText.PropertiesOf(item.GetType()))
        {
            var value = property.GetValue(item);
            var name = $"{path}.{property.Name}";
            Assert.True(
                RecordText.Of(value) != RecordText.Of(property.GetValue(fresh)),
                $"{name} is not set; set it in {nameof(RecordFiller)}"
            );
            foreach (var inner in Inner(value))
            {
                AssertAllSet(inner, name);
            }
        }
    }

    private static IEnumerable<object> Inner(object? value) =>
        value switch
        {
            null or string => [],
            System.Collections.IEnumerable items => items.Cast<object>().SelectMany(Inner).TakeLast(1),
            _ when RecordText.IsOurs(value.GetType()) => [value],
            _ when value.GetType().GetProperty("Value") is { } ofPair && value.GetType().IsGenericType => Inner(
                ofPair.GetValue(value)
            ),
            _ => [],
        };
}
