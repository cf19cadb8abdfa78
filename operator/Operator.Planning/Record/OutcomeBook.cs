using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>The last outcomes of every store in every flow: yesterday can be explained without its pods.</summary>
public sealed record OutcomeBook
{
    /// <summary>How many occasions a flow remembers: four hours of one that is due every five minutes.</summary>
    public const int MostOccasions = 48;

    /// <summary>
    /// A store has one place in the rows of all flows. New ones come last, so that older rows need no change; those that left stay
    /// while a row has something of them.
    /// </summary>
    public ImmutableArray<string> Stores { get; init; } = [];

    public ImmutableSortedDictionary<string, Timeline> Flows { get; init; } =
        ImmutableSortedDictionary.Create<string, Timeline>(StringComparer.Ordinal);

    public Timeline Of(string flow) => Flows.GetValueOrDefault(flow) ?? new Timeline();

    /// <summary>The row's outcomes, one place a store of <see cref="Stores"/>.</summary>
    public StoreOutcome[] Unpack(ClosedOccasion row) =>
        OutcomeLetters.Unpack(row.Outcomes, Stores.Length, missing: StoreOutcome.NotListed);

    internal OutcomeBook With(string flow, Timeline timeline) => this with { Flows = Flows.SetItem(flow, timeline) };
}

/// <summary>A flow's closed occasions, and the slots that were skipped.</summary>
public sealed record Timeline
{
    /// <summary>The newest, by slot, oldest first.</summary>
    public ImmutableArray<ClosedOccasion> Occasions { get; set; } = [];
}

/// <summary>One occasion that is over, and what became of each store on it.</summary>
public sealed record ClosedOccasion
{
    public string Id { get; set; } = "";
    public DateTimeOffset Slot { get; set; }
    public OccasionKind Kind { get; set; }

    /// <summary>Packed; one that is shorter than there are stores is older than the last of them.</summary>
    public string Outcomes { get; set; } = "";
}
