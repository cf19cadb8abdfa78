using System.Collections.Immutable;
using Operator.Planning.Judging;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;

namespace Operator.Planning.Tests.Judging;

/// <summary>The judge's state in the record is small, and an occasion rewrites little of it.</summary>
public sealed class TrialFormTests(ITestOutputHelper output)
{
    private const int Stores = 10_000;
    private const int BytesOfPart = 512 * 1024;
    private static readonly ImmutableArray<string> Order =
    [
        .. Enumerable.Range(0, Stores).Select(i => FormattableString.Invariant($"store-{i * 7919 % Stores:0000}")),
    ];

    [Fact]
    public void Ten_thousand_stores_take_few_bytes_each()
    {
        var trial = Judge.Begin(Stores, new Reporting(true, true)).Times(12, t => Play(t, Stores, t.Past.Length));

        var bytes = TrialForm.Write(trial, Order);

        var stores = bytes.Shards.Sum(s => s.Length);
        output.WriteLine(
            $"{stores / (double)Stores:0.0} bytes a store, {bytes.Flow.Length} of the flow, largest shard {bytes.Shards.Max(s => s.Length)}, {bytes.Shards.Length} shards"
        );
        Assert.InRange(stores / Stores, 1, 50);
        Assert.InRange(bytes.Flow.Length, 1, 2048);
        Assert.All(bytes.Shards, s => Assert.InRange(s.Length, 1, BytesOfPart / 2));
    }

    [Fact]
    public void A_cohort_of_a_hundred_rewrites_one_shard()
    {
        var before = Judge.Begin(Stores, new Reporting(true, true)).Times(3, t => Play(t, Stores, t.Past.Length));

        var after = TrialForm.Write(Play(before, stores: 100, at: 3), Order).Shards;

        var changed = TrialForm
            .Write(before, Order)
            .Shards.Zip(after)
            .Count(s => !s.First.Span.SequenceEqual(s.Second.Span));
        Assert.Equal(1, changed);
    }

    [Fact]
    public void Bytes_that_are_cut_off_are_damaged()
    {
        var bytes = TrialForm.Write(Play(Judge.Begin(4, new Reporting(true, true)), stores: 8, at: 0), Order);

        for (var length = 0; length < bytes.Flow.Length; length++)
        {
            var cut = new Trial(bytes.Flow[..length], bytes.Shards);
            Assert.Throws<DamagedRecordException>(() => TrialForm.Read(cut, Order));
        }
    }

    /// <summary>An occasion of runs of 25 stores.</summary>
    private static FlowTrial Play(FlowTrial trial, int stores, int at)
    {
        var random = new Random(at);
        return trial.Then([
            .. Order[..stores]
                .Chunk(25)
                .Select(group => new EndedRun(
                    Coin.Flip("9cfbac6e7687a66e", "orders", $"s{at}", group[0], 0.5),
                    [.. group],
                    RunClose.Well,
                    [.. group.Select(_ => (ItemCounts?)new ItemCounts(random.Next(200), random.Next(3)))],
                    HasReport: true
                )),
        ]);
    }
}
