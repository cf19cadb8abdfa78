using Operator.Gathering;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>A record is decoded again only when a part of it was read again.</summary>
public sealed class DecodedRecordsTests
{
    private static readonly ObjectKey Shop = new("shops", "shop");
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    private readonly DecodedRecords _records = new();
    private readonly StoredRecord _stored = new()
    {
        Id = "r1",
        Counter = 3,
        CreatedAt = Now,
        Parts = RecordParts.Encode(new ConnectorRecord { Id = "r1", Counter = 3 }),
    };

    [Fact]
    public void The_same_parts_are_decoded_once() =>
        Assert.Same(_records.Decode(Shop, _stored), _records.Decode(Shop, _stored with { }));

    [Fact]
    public void What_was_committed_is_not_decoded()
    {
        var content = new ConnectorRecord { Id = "r1", Counter = 2 };

        var committed = _records.Remember(Shop, _stored, content);

        Assert.Same(committed, _records.Decode(Shop, _stored));
        Assert.Equal((3, Now), (committed.Counter, committed.CreatedAt));
    }

    [Fact]
    public void Parts_that_were_read_again_are_decoded_again()
    {
        var first = _records.Decode(Shop, _stored);

        Assert.NotSame(first, _records.Decode(Shop, _stored with { Counter = 4 }));
        Assert.NotSame(first, _records.Decode(Shop, _stored with { Id = "r2" }));
        Assert.NotSame(first, _records.Decode(new ObjectKey("shops", "other"), _stored));
        // The parts are new objects in memory, as after a restore from a backup; the id and the counter are equal.
        var again = _stored with
        {
            Parts = RecordParts.Encode(new ConnectorRecord { Id = "r1", Counter = 3 }),
        };
        Assert.NotSame(first, _records.Decode(Shop, again));
    }
}
