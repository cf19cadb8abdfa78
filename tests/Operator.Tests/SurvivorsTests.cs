using Operator.Gathering;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;

namespace Operator.Tests;

/// <summary>Which copies of a lost record's parts are taken.</summary>
public sealed class SurvivorsTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_newest_copies_up_to_the_witness_are_taken()
    {
        var sight = Recovered(witness: 5, At(3, Stable("a")), At(5, Stable("b")), At(6, Stable("c")));

        Assert.Equal("b", sight.Revisions?.StableHash);
        Assert.Equal(["b"], sight.Revisions?.Items.Select(r => r.Sync.Image));
    }

    [Fact]
    public void Without_a_witness_the_oldest_copies_are_taken() =>
        Assert.Equal("a", Recovered(witness: 0, At(3, Stable("a")), At(5, Stable("b"))).Revisions?.StableHash);

    /// <summary>A commit that changes only the book leaves the content of the revisions in older parts, or in newer ones.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    public void Any_copy_of_a_revisions_content_serves(long counter)
    {
        var book = At(5, Stable("a")).Where(p => p.Name == RecordParts.Revisions);
        var content = At(counter, Stable("a")).Where(p => p.Name == "revision.a");

        Assert.Equal("a", Recovered(witness: 5, book, content).Revisions?.Items.Single().Sync.Image);
    }

    [Fact]
    public void A_stable_revision_without_content_is_not_there()
    {
        var sight = Recovered(witness: 5, At(5, Stable("a")).Where(p => p.Name != "revision.a"));

        Assert.Null(sight.Revisions?.Find(sight.Revisions.StableHash));
    }

    [Fact]
    public void All_decisions_about_actions_come_back()
    {
        var record = new ConnectorRecord
        {
            Actions = new ActionBook
            {
                Decided = [.. Enumerable.Range(0, 900).Select(i => new DecidedAction { Name = $"a{i}" })],
                Orders = [new SuspensionOrder { Stores = ["acme"], Action = "stop" }],
            },
        };

        var sight = Recovered(witness: 5, At(5, record));

        Assert.Equal(record.Actions.Decided, sight.Actions?.Decided ?? []);
        Assert.Equal(["acme"], sight.Actions?.Orders.Single().Stores ?? []);
    }

    private static ConnectorRecord Stable(string hash) =>
        new()
        {
            Revisions = new RevisionBook
            {
                Items =
                [
                    new Revision
                    {
                        Hash = hash,
                        Sync = new Api.SyncPodSpec { Image = hash },
                    },
                ],
                StableHash = hash,
            },
        };

    private static IEnumerable<SurvivingPart> At(long counter, ConnectorRecord record) =>
        RecordParts
            .Encode(record)
            .Where(p => Hosting.Wiring.Records.OutlivesHead(p.Key))
            .Select(p => new SurvivingPart(p.Key, counter, Now, p.Value));

    private static Planning.Facts.RecordSight.Lost Recovered(long witness, params IEnumerable<SurvivingPart>[] parts) =>
        Survivors.Of(
            new RecordRead.Lost("its head is gone", Head: null, [.. parts.SelectMany(p => p)]),
            "new",
            Now,
            witness
        );
}
