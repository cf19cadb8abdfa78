using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The judge's state: the part <c>trials</c> lists the flows, <c>trials.FLOW</c> is a flow's, and <c>trials.FLOW.N</c> are its stores. These are
/// bytes and no JSON.
/// </summary>
internal sealed class TrialCodec : BookCodec<TrialBook>
{
    /// <summary>The part <c>trials</c>.</summary>
    internal sealed record Content
    {
        public int Attempt { get; set; }

        /// <summary>Number of the parts with stores, by flow.</summary>
        public ImmutableSortedDictionary<string, int> Shards { get; set; } =
            ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

        /// <summary>The shards are cut by an order of their own: it changed since they were written. Else by that of the attempt.</summary>
        public bool HasOwnOrder { get; set; }
    }

    /// <summary>The order of the running attempt's stores.</summary>
    public required ImmutableArray<string> Order { get; init; }

    public override void Write(PartWriter to, string name, TrialBook book, TrialBook? before)
    {
        if (book.IsEmpty)
        {
            return;
        }
        var hasOwnOrder = !book.Order.SequenceEqual(Order, StringComparer.Ordinal);
        to.Write(
            name,
            new Content
            {
                Attempt = book.Attempt,
                Shards = book.Flows.ToImmutableSortedDictionary(
                    f => f.Key,
                    f => f.Value.Shards.Length,
                    StringComparer.Ordinal
                ),
                HasOwnOrder = hasOwnOrder,
            }
        );
        if (hasOwnOrder)
        {
            to.Write(OrderPart(name), to.Stores.List(book.Order));
        }
        foreach (var (flow, trial) in book.Flows)
        {
            to.Add(FlowPart(name, flow), trial.Flow);
            for (var i = 0; i < trial.Shards.Length; i++)
            {
                to.Add(ShardPart(name, flow, i), trial.Shards[i]);
            }
        }
    }

    public override TrialBook? Read(PartReader from, string name) =>
        from.Find<Content>(name) is not { } content
            ? null
            : new TrialBook
            {
                Attempt = content.Attempt,
                Order = content.HasOwnOrder
                    ? from.Stores.List(from.Read<ImmutableArray<string>>(OrderPart(name), listedIn: name))
                    : Order,
                Flows = content.Shards.ToImmutableSortedDictionary(
                    f => f.Key,
                    f => new Trial(
                        from.ReadBytes(FlowPart(name, f.Key), listedIn: name),
                        [
                            .. Enumerable
                                .Range(0, f.Value >= 0 ? f.Value : throw PartJson.Bad(name, "has a negative number"))
                                .Select(i => from.ReadBytes(ShardPart(name, f.Key, i), listedIn: name)),
                        ]
                    ),
                    StringComparer.Ordinal
                ),
            };

    private static string OrderPart(string name) => $"{name}-order";

    /// <summary>A flow's name has no dot.</summary>
    private static string FlowPart(string name, string flow) => $"{name}.{flow}";

    private static string ShardPart(string name, string flow, int i) =>
        FormattableString.Invariant($"{name}.{flow}.{i}");
}
