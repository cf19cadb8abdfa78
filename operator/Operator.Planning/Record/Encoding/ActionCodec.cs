namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The decisions about actions, cut into parts of 250. The suspensions are in the first part, alone when they name many stores: by
/// name, because they outlive the table of numbers.
/// </summary>
internal sealed class ActionCodec : BookCodec<ActionBook>
{
    private const int DecisionsAPart = 250;
    private const int MostNamesBesideDecisions = 250;

    public override void Write(PartWriter to, string name, ActionBook book, ActionBook? before)
    {
        if (book.IsEmpty)
        {
            return;
        }
        var cuts = book.Decided.Chunk(DecisionsAPart);
        var isAlone = book.Decided.IsEmpty || book.Orders.Sum(o => o.Stores.Length) > MostNamesBesideDecisions;
        Shards.Write(
            to,
            name,
            [
                .. (isAlone ? cuts.Prepend([]) : cuts).Select(
                    (cut, i) => (i == 0 ? book : new ActionBook()) with { Decided = [.. cut] }
                ),
            ]
        );
    }

    public override ActionBook? Read(PartReader from, string name) =>
        Shards.Read<ActionBook>(from, name) is [var first, ..] shards ? Join(first, shards.Skip(1)) : null;

    /// <summary>The decisions of a lost record that survived.</summary>
    public static ActionBook? Salvage(SurvivingParts parts, string name) =>
        parts.Find<Shard<ActionBook>>(name) is { Content: { } first, More: var more }
            ? Join(
                first,
                Enumerable
                    .Range(1, more)
                    .Select(i => parts.Find<Shard<ActionBook>>(Shards.NameOf(name, i))?.Content)
                    .OfType<ActionBook>()
            )
            : null;

    private static ActionBook Join(ActionBook first, IEnumerable<ActionBook> others) =>
        first with
        {
            Decided = [.. first.Decided, .. others.SelectMany(b => b.Decided)],
        };
}
