using System.Collections.Immutable;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;

namespace Operator.Planning.Judging;

/// <summary>
/// Writes and reads a flow's trial. What is read back gives the same verdicts to the last bit. The stores are cut by their position in the
/// attempt's order; the first shards are small, because a small cohort is the start of that order: an occasion of 100 stores rewrites one
/// shard. Stores that left the order are beside what belongs to the flow.
/// </summary>
public static class TrialForm
{
    private const int Version = 1;
    private const int FirstShard = 128;

    /// <summary>Some 60 bytes a store at most, so that a shard stays far below the limit of a part.</summary>
    private const int LargestShard = 4096;

    /// <summary>
    /// <paramref name="order"/>: the stores in the order in which they get the candidate, as committed with the bytes, because it is needed
    /// to read them.
    /// </summary>
    public static Trial Write(FlowTrial trial, ImmutableArray<string> order)
    {
        var stores = order.Select(trial.Stores.GetValueOrDefault).ToArray();
        var shards = Bounds(order.Length)
            .Select(b => (ReadOnlyMemory<byte>)StoreTrialForm.Write(stores.AsSpan(b.From..b.Until)).AsMemory());
        var strays = trial.Stores.Keys.Except(order, StringComparer.Ordinal).ToList();

        var to = new FormWriter();
        to.Whole(Version);
        FlowTrialForm.Write(to, trial);
        to.Whole(strays.Count);
        strays.ForEach(to.Name);
        var written = StoreTrialForm.Write(strays.Select(n => (StoreTrial?)trial.Stores[n]).ToArray());
        ImmutableArray<byte> flow = [.. to.Bytes, .. written];
        return new Trial(flow.AsMemory(), [.. shards]).Of(trial);
    }

    /// <exception cref="DamagedRecordException">The bytes are not such a form, or a newer operator wrote them.</exception>
    public static FlowTrial Read(Trial bytes, ImmutableArray<string> order)
    {
        var from = new FormReader([.. bytes.Flow.Span]);
        if (from.Whole() != Version)
        {
            throw new DamagedRecordException("the judge's state in the record has an unknown version");
        }
        var trial = FlowTrialForm.Read(from);
        var strays = Enumerable.Range(0, from.Count()).Select(_ => from.Name()).ToList();
        var stores = trial.Stores.ToBuilder();
        foreach (var (position, store) in StoreTrialForm.Read(from.Rest()))
        {
            stores[position < strays.Count ? strays[position] : throw FormReader.Damaged()] = store;
        }
        foreach (var (bound, shard) in Bounds(order.Length).Zip(bytes.Shards))
        {
            foreach (var (position, store) in StoreTrialForm.Read([.. shard.Span]))
            {
                stores[
                    bound.From + position < bound.Until ? order[bound.From + position] : throw FormReader.Damaged()
                ] = store;
            }
        }
        return trial with { Stores = stores.ToImmutable() };
    }

    /// <summary>128, 128, 256, 512 and so on: each shard is as large as all before it, up to the largest.</summary>
    private static IEnumerable<(int From, int Until)> Bounds(int stores)
    {
        for (var from = 0; from < stores; )
        {
            var until = Math.Min(stores, from + Math.Clamp(from, FirstShard, LargestShard));
            yield return (from, until);
            from = until;
        }
    }
}
