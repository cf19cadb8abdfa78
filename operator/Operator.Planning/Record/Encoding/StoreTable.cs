using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>The table of stores as parts of the record: <c>names</c>, <c>names.1</c> and so on, with 1,000 names each.</summary>
internal sealed record StoreTable
{
    private const string Part = "names";
    private const int NamesAPart = 1_000;

    /// <summary>The names of consecutive numbers.</summary>
    public ImmutableArray<string> Names { get; set; } = [];

    /// <summary>The stores' numbers in the order of their places in the rows of outcomes. In the first part.</summary>
    public ImmutableArray<string> Places { get; set; } = [];

    /// <summary>Must be called after all books are written, because they give new stores their numbers.</summary>
    public static void Write(PartWriter to, OutcomeBook outcomes)
    {
        var places = StoresNamed.In(outcomes, to.Stores).Stores;
        if (to.Numbers.IsUnchanged && outcomes.Stores == to.Before.Outcomes.Stores && to.Keep(Part) > 0)
        {
            return;
        }
        var cuts = to.Numbers.Result.Names.Chunk(NamesAPart);
        Shards.Write(
            to,
            Part,
            [.. cuts.Select((names, i) => new StoreTable { Names = [.. names], Places = i == 0 ? places : [] })]
        );
    }

    /// <summary>Must be called before any book is read.</summary>
    public static ImmutableArray<string> ReadPlaces(PartReader from, out StoreNumbers numbers)
    {
        var shards = Shards.Read<StoreTable>(from, Part);
        try
        {
            numbers = new StoreNumbers([.. shards.SelectMany(s => s.Names)]);
        }
        catch (ArgumentException e)
        {
            throw new JsonException("the record's table of stores has a store twice", e);
        }
        from.Stores = new StoreNames(numbers);
        return shards.Count == 0 ? [] : from.Stores.List(shards[0].Places);
    }
}
