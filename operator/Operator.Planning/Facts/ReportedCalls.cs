using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Planning.Facts;

/// <summary>
/// The quota part of a report: <c>"calls":{"orders.searchOrders":3}</c> of the run or of a store, and <c>"spent":["…"]</c>, the
/// APIs whose calls of the day are used up.
/// </summary>
public sealed record ReportedCalls
{
    private const int MostApis = 20;
    private const int LongestName = 63;
    private const long MostCalls = 100_000_000;
    private static readonly ImmutableSortedDictionary<string, long> NoCalls = ImmutableSortedDictionary.Create<
        string,
        long
    >(StringComparer.Ordinal);

    public static ReportedCalls None { get; } = new();

    /// <summary>Calls of the whole run, by API.</summary>
    public ImmutableSortedDictionary<string, long> Total { get; init; } = NoCalls;

    /// <summary>Calls per store of the entry, by API; empty when no store reports calls.</summary>
    public ImmutableArray<ImmutableSortedDictionary<string, long>> ByStore { get; init; } = [];
    public ImmutableArray<string> Spent { get; init; } = [];

    /// <summary>Every API with reported calls.</summary>
    internal IEnumerable<string> ApiNames =>
        Total.Keys.Concat(ByStore.SelectMany(s => s.Keys)).Distinct(StringComparer.Ordinal);

    /// <summary>Null when a count or a name is invalid.</summary>
    internal static ReportedCalls? Read(JsonElement root, int storeCount)
    {
        if (CallsOf(root) is not { } total || SpentOf(root) is not { } spent)
        {
            return null;
        }
        var byStore = ImmutableArray.CreateBuilder<ImmutableSortedDictionary<string, long>>(storeCount);
        foreach (var store in root.GetProperty("s").EnumerateArray())
        {
            if ((store.ValueKind == JsonValueKind.Object ? CallsOf(store) : NoCalls) is not { } calls)
            {
                return null;
            }
            byStore.Add(calls);
        }
        byStore.AddRange(Enumerable.Repeat(NoCalls, storeCount - byStore.Count));
        return new ReportedCalls
        {
            Total = total,
            ByStore = byStore.All(s => s.IsEmpty) ? [] : byStore.ToImmutable(),
            Spent = spent,
        };
    }

    private static ImmutableSortedDictionary<string, long>? CallsOf(JsonElement parent)
    {
        if (!parent.TryGetProperty("calls", out var calls))
        {
            return NoCalls;
        }
        if (calls.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        var read = NoCalls.ToBuilder();
        foreach (var call in calls.EnumerateObject())
        {
            if (
                read.Count == MostApis
                || !IsName(call.Name)
                || call.Value.ValueKind != JsonValueKind.Number
                || !call.Value.TryGetInt64(out var count)
                || count is < 0 or > MostCalls
            )
            {
                return null;
            }
            read[call.Name] = count;
        }
        return read.ToImmutable();
    }

    private static ImmutableArray<string>? SpentOf(JsonElement root)
    {
        if (!root.TryGetProperty("spent", out var spent))
        {
            return [];
        }
        return
            spent.ValueKind == JsonValueKind.Array
            && spent.GetArrayLength() <= MostApis
            && spent.EnumerateArray().All(a => a.ValueKind == JsonValueKind.String && IsName(a.GetString()))
            ? [.. spent.EnumerateArray().Select(a => a.GetString()!)] // each element is a string, checked above
            : null;
    }

    private static bool IsName(string? name) => name?.Length is > 0 and <= LongestName;
}
