using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>The last outcomes of every store in every flow, to explain past runs after their pods are gone.</summary>
public sealed record OutcomeBook
{
    /// <summary>Number of occasions kept per flow: four hours of a flow that is due every five minutes.</summary>
    public const int MostOccasions = 48;

    /// <summary>
    /// The index of a store here is its index in the rows of all flows. New stores are appended, so that older rows stay valid.
    /// Removed stores stay while a row has an outcome for them.
    /// </summary>
    public ImmutableArray<string> Stores { get; init; } = [];

    public ImmutableSortedDictionary<string, Timeline> Flows { get; init; } =
        ImmutableSortedDictionary.Create<string, Timeline>(StringComparer.Ordinal);

    public Timeline Of(string flow) => Flows.GetValueOrDefault(flow) ?? new Timeline();

    /// <summary>The row's outcomes, one per store of <see cref="Stores"/>.</summary>
    public StoreOutcome[] Unpack(ClosedOccasion row) =>
        OutcomeLetters.Unpack(row.Outcomes, Stores.Length, missing: StoreOutcome.NotListed);

    internal OutcomeBook With(string flow, Timeline timeline) => this with { Flows = Flows.SetItem(flow, timeline) };
}

/// <summary>A flow's closed occasions and skipped slots.</summary>
public sealed record Timeline
{
    /// <summary>The newest occasions in the order of their slots, oldest first.</summary>
    public ImmutableArray<ClosedOccasion> Occasions { get; set; } = [];
}

/// <summary>One closed occasion with the outcome of each store.</summary>
public sealed record ClosedOccasion
{
    public string Id { get; set; } = "";
    public DateTimeOffset Slot { get; set; }
    public OccasionKind Kind { get; set; }

    /// <summary>Packed. A row shorter than <see cref="OutcomeBook.Stores"/> was written before the last stores joined.</summary>
    public string Outcomes { get; set; } = "";
}
