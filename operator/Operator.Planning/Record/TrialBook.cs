using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>What the judge knows of each flow of the running attempt. The record keeps it and can't read it.</summary>
public sealed record TrialBook
{
    public static TrialBook None { get; } = new();

    /// <summary>Number of the attempt that it belongs to.</summary>
    public int Attempt { get; init; }

    /// <summary>The stores in the order by which the shards of <see cref="Flows"/> are cut.</summary>
    public ImmutableArray<string> Order { get; init; } = [];

    public ImmutableSortedDictionary<string, Trial> Flows { get; init; } =
        ImmutableSortedDictionary.Create<string, Trial>(StringComparer.Ordinal);

    public bool IsEmpty => Flows.IsEmpty;
}

/// <summary>The judge's state of one flow, as bytes.</summary>
/// <param name="flow">All that does not belong to single stores.</param>
/// <param name="shards">
/// The stores, cut by their place in the order, so that an occasion of a small cohort rewrites one shard. Empty bytes: nothing is known of
/// the stores there.
/// </param>
public sealed class Trial(ReadOnlyMemory<byte> flow, ImmutableArray<ReadOnlyMemory<byte>> shards)
{
    private object? _read;

    public ReadOnlyMemory<byte> Flow => flow;
    public ImmutableArray<ReadOnlyMemory<byte>> Shards => shards;

    /// <summary>What the bytes say. It is read once, because each plan asks.</summary>
    public T Read<T>(Func<Trial, T> read)
        where T : class => (T)(_read ??= read(this));

    /// <summary>The bytes of <paramref name="content"/>, which need not be read again.</summary>
    public Trial Of(object content)
    {
        _read = content;
        return this;
    }
}
