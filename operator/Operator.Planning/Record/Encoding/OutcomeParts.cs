using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Operator.Planning.Record.Encoding;

/// <summary>The names of an <see cref="OutcomeBook"/>'s stores, as one part of the record or several.</summary>
public sealed record OutcomeStores
{
    public ImmutableArray<string> Stores { get; set; } = [];
}

/// <summary>
/// The outcomes as parts of the record: <c>outcomes.FLOW</c>, which each closed occasion changes, and <c>outcomestores.0</c> and so
/// on, which only new stores do.
/// </summary>
internal static class OutcomeParts
{
    public const string FlowPrefix = "outcomes.";
    public const string StoresPrefix = "outcomestores.";

    /// <summary>With names of 63 characters, which JSON never widens, far below the size that a part may have.</summary>
    private const int StoresAPart = 5_000;

    public static IEnumerable<KeyValuePair<string, byte[]>> Encode(OutcomeBook book)
    {
        foreach (var (flow, timeline) in book.Flows)
        {
            var bytes = JsonSerializer.SerializeToUtf8Bytes(timeline, RecordJson.Default.Timeline);
            yield return KeyValuePair.Create(FlowPrefix + flow, bytes);
        }
        var number = 0;
        foreach (var names in book.Stores.Chunk(StoresAPart))
        {
            var part = new OutcomeStores { Stores = [.. names] };
            yield return KeyValuePair.Create(
                string.Create(CultureInfo.InvariantCulture, $"{StoresPrefix}{number++}"),
                JsonSerializer.SerializeToUtf8Bytes(part, RecordJson.Default.OutcomeStores)
            );
        }
    }

    /// <summary>The book of what was decoded part by part.</summary>
    public static OutcomeBook Join(
        ImmutableSortedDictionary<string, Timeline> flows,
        IEnumerable<KeyValuePair<string, OutcomeStores>> stores
    ) => new() { Flows = flows, Stores = [.. stores.OrderBy(p => NumberOf(p.Key)).SelectMany(p => p.Value.Stores)] };

    private static int NumberOf(string part) =>
        int.TryParse(part.AsSpan(StoresPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new JsonException($"the record has a part '{part}' that this version does not know");
}
