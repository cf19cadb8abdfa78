using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>What is drawn from the quotas, by API. Buckets that are full again are not in it.</summary>
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
/// One API's buckets. Of each only one instant is kept: when it will be full again, in Unix milliseconds. What is missing from a
/// bucket follows from it, now and at any later time. The key is the store, or empty for the whole application.
/// </summary>
public sealed record ApiBook
{
    /// <summary>The rate by which the instants were reckoned; under another one they are converted.</summary>
    public string Rate { get; set; } = "";
    public ImmutableSortedDictionary<string, long> FullAt { get; set; } =
        ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal);
    public ImmutableSortedDictionary<string, DayCount> Days { get; set; } =
        ImmutableSortedDictionary.Create<string, DayCount>(StringComparer.Ordinal);

    /// <summary>A worker was told that the day's calls are used up: nothing until then, in Unix milliseconds.</summary>
    public long? SpentUntil { get; set; }

    internal bool IsEmpty => FullAt.IsEmpty && Days.IsEmpty && SpentUntil is null;
}

/// <summary>Calls of the day that ends at an instant, in Unix seconds.</summary>
public sealed record DayCount
{
    public long Ends { get; set; }
    public long Calls { get; set; }
}
