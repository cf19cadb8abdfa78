using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>Used calls of the quotas, by API. Full buckets are not stored.</summary>
public sealed record QuotaBook
{
    public ImmutableSortedDictionary<string, ApiBook> Apis { get; set; } =
        ImmutableSortedDictionary.Create<string, ApiBook>(StringComparer.Ordinal);

    internal bool IsEmpty => Apis.IsEmpty;

    internal ApiBook Of(string api) => Apis.GetValueOrDefault(api) ?? new ApiBook();

    internal QuotaBook With(string api, ApiBook book) =>
        this with
        {
            Apis = book.IsEmpty ? Apis.Remove(api) : Apis.SetItem(api, book),
        };
}

/// <summary>
/// The buckets of one API. A bucket is stored as the instant at which it is full again, in Unix milliseconds; the number of
/// missing calls is computed from this instant. The key is the store, or empty for the whole application.
/// </summary>
public sealed record ApiBook
{
    /// <summary>The rate by which <see cref="FullAt"/> was computed. When the rate changes, the instants are converted.</summary>
    public string Rate { get; set; } = "";
    public ImmutableSortedDictionary<string, long> FullAt { get; set; } =
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);
    public ImmutableSortedDictionary<string, DayCount> Days { get; set; } =
        ImmutableSortedDictionary.Create<string, DayCount>(StringComparer.Ordinal);

    /// <summary>End of the day whose calls a stable run reported as used up, in Unix milliseconds. Null: no such report.</summary>
    public long? SpentUntil { get; set; }

    /// <summary>The same report of a candidate, while no stable run can confirm it. Null: no such report.</summary>
    public CandidateSpent? CandidateSpent { get; set; }

    internal bool IsEmpty => FullAt.IsEmpty && Days.IsEmpty && SpentUntil is null && CandidateSpent is null;
}

/// <summary>Holds only the runs of the attempt's candidate.</summary>
public sealed record CandidateSpent
{
    public int Attempt { get; set; }

    /// <summary>In Unix milliseconds.</summary>
    public long Until { get; set; }
}

/// <summary>Used calls of one day. <see cref="Ends"/> is in Unix seconds.</summary>
public sealed record DayCount
{
    public long Ends { get; set; }
    public long Calls { get; set; }
}
