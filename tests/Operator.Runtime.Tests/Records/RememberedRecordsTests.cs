using System.Collections.Immutable;
using System.Text;
using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

/// <summary>Records that are not in use are compressed, and come back as they were.</summary>
public sealed class RememberedRecordsTests
{
    private static readonly RecordObjects Objects = new(RecordWorld.Options);
    private readonly RememberedRecords _records = new(Objects);

    [Fact]
    public void A_record_that_was_not_used_for_long_comes_back_as_it_was()
    {
        var record = Record(1, "a=1", "b=2");
        _records.Remember(Subject(1), record);

        Remember(2, 3000);

        var found = _records.FindCurrent(Subject(1));
        Assert.NotNull(found);
        Assert.NotSame(record, found);
        Assert.Equal(record with { Parts = found.Parts, References = found.References }, found);
        Assert.Equal(TextsOf(record), TextsOf(found));
        Assert.Equal(record.References.Keys, found.References.Keys);
        Assert.All(record.References, r => Assert.True(r.Value.IsSameAs(found.References[r.Key])));
        Assert.Same(found, _records.Find(Subject(1)));
    }

    [Fact]
    public void A_record_that_is_used_stays_as_it_is()
    {
        var record = Record(1, "a=1");
        _records.Remember(Subject(1), record);

        for (var i = 2; i <= 3000; i += 100)
        {
            Remember(i, i + 100);
            Assert.Same(record, _records.Find(Subject(1)));
        }
    }

    /// <summary>Its parts would have to be read again, each with a request.</summary>
    [Fact]
    public void A_record_with_a_part_outside_of_its_head_stays_as_it_is()
    {
        var inside = Record(1, "a=1");
        var outside = inside with
        {
            References = inside.References.SetItem("a", inside.References["a"] with { Packed = null, Object = "part" }),
        };
        _records.Remember(Subject(1), outside);

        Remember(2, 3000);

        Assert.Same(outside, _records.Find(Subject(1)));
    }

    [Fact]
    public void A_head_in_doubt_is_not_current_but_its_parts_are_known()
    {
        _records.Remember(Subject(1), Record(1, "a=1"));
        _records.Remember(Subject(2), Record(2, "a=1"));

        _records.Doubt(Subject(1));
        Assert.Null(_records.FindCurrent(Subject(1)));
        Assert.NotNull(_records.Find(Subject(1)));
        Assert.NotNull(_records.FindCurrent(Subject(2)));

        _records.DoubtAll();
        Assert.Null(_records.FindCurrent(Subject(2)));
    }

    [Fact]
    public void A_listed_head_is_read_when_it_is_asked_for_and_a_damaged_one_is_unknown()
    {
        var record = Record(1, "a=1");
        _records.RememberHead(Subject(1), HeadOf(Subject(1), record, text => text));
        _records.RememberHead(Subject(2), HeadOf(Subject(2), record, t => t.Replace("id1", "id2", StringComparison.Ordinal)));

        Assert.Equal(TextsOf(record), TextsOf(_records.FindCurrent(Subject(1))!)); // remembered above
        Assert.Null(_records.FindCurrent(Subject(2)));
    }

    [Fact]
    public void Too_many_records_are_forgotten()
    {
        Remember(0, 20_100);

        Assert.Null(_records.Find(Subject(1)));
        Assert.Null(_records.FindCurrent(Subject(1)));
        Assert.InRange(_records.Subjects.Count, 1, 20_000);
    }

    [Fact]
    public void What_is_forgotten_is_not_found()
    {
        _records.Remember(Subject(1), Record(1, "a=1"));
        Remember(2, 3000);

        _records.Forget(Subject(1));

        Assert.Null(_records.Find(Subject(1)));
        Assert.DoesNotContain(Subject(1), _records.Subjects);
    }

    private void Remember(int from, int until)
    {
        for (var i = from; i < until; i++)
        {
            _records.Remember(Subject(i), Record(i, "a=1", $"b={i}"));
        }
    }

    private static ObjectKey Subject(int number) => new("shop", $"s{number}");

    private static StoredRecord Record(int number, params IEnumerable<string> parts)
    {
        var contents = parts.Select(p => p.Split('=')).ToDictionary(p => p[0], p => Encoding.UTF8.GetBytes(p[1]));
        return new StoredRecord
        {
            Id = $"id{number}",
            Counter = number + 1,
            CreatedAt = DateTimeOffset.UnixEpoch.AddSeconds(number),
            HeadUid = $"uid{number}",
            HeadResourceVersion = $"{number}",
            Parts = contents.ToImmutableSortedDictionary(
                c => c.Key,
                c => (ReadOnlyMemory<byte>)c.Value,
                StringComparer.Ordinal
            ),
            References = contents.ToImmutableSortedDictionary(
                c => c.Key,
                c => new PartReference
                {
                    Packed = PartPacking.Pack(c.Value),
                    Sha256 = PartPacking.Sha256(c.Value),
                    Since = number,
                },
                StringComparer.Ordinal
            ),
        };
    }

    private static KubeObject HeadOf(ObjectKey subject, StoredRecord record, Func<string, string> change)
    {
        var head = Objects.Head(subject, RecordObjects.HeadOf(record), new LostHead("uid", "7"));
        return new KubeObject(System.Text.Json.JsonElement.Parse(change(Encoding.UTF8.GetString(head.Span))));
    }

    private static Dictionary<string, string> TextsOf(StoredRecord record) =>
        record.Parts.ToDictionary(p => p.Key, p => Encoding.UTF8.GetString(p.Value.Span), StringComparer.Ordinal);
}
