using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Operator.Planning.Facts;

/// <summary>The content of a worker's termination log. The input is untrusted: sizes, counts and names are checked.</summary>
public abstract record Report
{
    /// <summary>The kubelet keeps the last 4,096 bytes of a termination log.</summary>
    public const int MaxBytes = 4096;

    /// <summary>Some runtimes write it before UTF-8. It belongs to the encoding, not to the text.</summary>
    private const char ByteOrderMark = '\uFEFF';
    private const long MaxItems = 100_000_000;

    /// <summary>Longest word of a worker that is kept.</summary>
    private const int MostStop = 200;

    /// <summary>In bytes of UTF-8.</summary>
    private const int LongestCharacter = 4;

    /// <summary>t throttled, a auth, p policy, i invalid, u upstream, x timeout, n internal.</summary>
    private const string Classes = "tapiuxn";
    private static readonly ImmutableArray<string> StoreKeys = ["ok", "failed", "e", "more", "stop", "note", "calls"];

    private Report() { }

    public sealed record Missing : Report;

    public sealed record Unreadable(string Why) : Report;

    /// <summary>The kubelet kept only the pod's share of it.</summary>
    /// <param name="Containers">The containers of the pod that share the kubelet's 12 KiB.</param>
    /// <param name="Bytes">What the kubelet kept.</param>
    /// <param name="FittingStores">The stores per run whose report fits.</param>
    public sealed record Cut(int Containers, int Bytes, int FittingStores) : Report;

    /// <summary>The reports in the order of run.json's stores; null: store not reached.</summary>
    public sealed record Read(ImmutableArray<StoreReport?> Stores) : Report
    {
        public ReportedCalls Calls { get; init; } = ReportedCalls.None;
    }

    /// <param name="terminationLog">What the kubelet tells of it.</param>
    /// <param name="storeCount">Stores of the run.</param>
    /// <param name="containers">Containers of the pod, init and ephemeral ones included; 0: unknown.</param>
    public static Report Parse(string? terminationLog, int storeCount, int containers = 0)
    {
        var text = terminationLog is [ByteOrderMark, .. var rest] ? rest : terminationLog;
        if (string.IsNullOrWhiteSpace(text))
        {
            return new Missing();
        }
        var json = Encoding.UTF8.GetBytes(text);
        if (json.Length > MaxBytes)
        {
            return new Unreadable($"it is longer than {MaxBytes} bytes");
        }
        try
        {
            using var document = JsonDocument.Parse(json);
            return HasHalfCharacter(json)
                ? new Unreadable("a text in it has half a character, such as \\ud83d")
                : ReadRoot(document.RootElement, storeCount);
        }
        catch (JsonException) when (MessageShares.Of(terminationLog!, containers) is { } cut) // there is a text
        {
            return cut;
        }
        catch (JsonException)
        {
            // A report that lost its beginning fills the log; of a character that was cut only a part is left.
            return new Unreadable(
                json.Length < MaxBytes - LongestCharacter
                    ? "it is not JSON"
                    : $"it is not JSON; a report longer than {MaxBytes} bytes loses its beginning"
            );
        }
    }

    /// <summary>
    /// The parser accepts an escape of half a character. Every later read of such a text, also of a property's name, throws.
    /// </summary>
    private static bool HasHalfCharacter(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            while (reader.Read())
            {
                _ = reader.ValueIsEscaped ? reader.GetString() : null;
            }
            return false;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static Report ReadRoot(JsonElement root, int storeCount)
    {
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("v", out var version)
            || version.ValueKind != JsonValueKind.Number
            || !version.TryGetInt32(out var v)
            || v != 1
        )
        {
            return new Unreadable("it is not an object with \"v\":1");
        }
        if (!root.TryGetProperty("s", out var stores) || stores.ValueKind != JsonValueKind.Array)
        {
            return new Unreadable("it has no array \"s\"");
        }
        if (stores.GetArrayLength() > storeCount)
        {
            return new Unreadable($"it names {stores.GetArrayLength()} stores, the run was given {storeCount}");
        }
        var read = ImmutableArray.CreateBuilder<StoreReport?>(storeCount);
        foreach (var store in stores.EnumerateArray())
        {
            if (store.ValueKind == JsonValueKind.Null)
            {
                read.Add(null);
            }
            else if (HasOnlyUnknownKeys(store))
            {
                return new Unreadable($"entry {read.Count} of \"s\" has none of the keys ok, failed, e and more");
            }
            else if (ReadStore(store) is { } report)
            {
                read.Add(report);
            }
            else
            {
                return new Unreadable($"entry {read.Count} of \"s\" is neither null nor an object with valid counts");
            }
        }
        while (read.Count < storeCount)
        {
            read.Add(null);
        }
        return ReportedCalls.Read(root, storeCount) is { } calls
            ? new Read(read.MoveToImmutable()) { Calls = calls }
            : new Unreadable("its \"calls\" or \"spent\" have invalid API names or counts");
    }

    /// <summary>A misspelt count must not be a success. Unknown keys beside known ones may be of a later version.</summary>
    private static bool HasOnlyUnknownKeys(JsonElement store) =>
        store.ValueKind == JsonValueKind.Object
        && store.EnumerateObject().Any()
        && !store.EnumerateObject().Any(p => StoreKeys.Contains(p.Name, StringComparer.Ordinal));

    private static StoreReport? ReadStore(JsonElement store)
    {
        if (
            store.ValueKind != JsonValueKind.Object
            || Count(store, "ok") is not { } ok
            || Count(store, "failed") is not { } failed
        )
        {
            return null;
        }
        var classes = ImmutableSortedDictionary.CreateBuilder<char, long>();
        if (store.TryGetProperty("e", out var errors))
        {
            if (errors.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            foreach (var error in errors.EnumerateObject())
            {
                if (
                    error.Name.Length != 1
                    || !Classes.Contains(error.Name[0])
                    || Count(errors, error.Name) is not { } count
                )
                {
                    return null;
                }
                classes[error.Name[0]] = count;
            }
        }
        if (classes.Values.Sum() > failed || Flag(store, "more") is not { } hasMore || !TryStop(store, out var stop))
        {
            return null;
        }
        return new StoreReport(ok, failed, classes.ToImmutable()) { HasMore = hasMore, Stop = stop };
    }

    /// <summary>A guard trips also without a word. False when the value is no text.</summary>
    private static bool TryStop(JsonElement store, out string? why)
    {
        why = null;
        if (!store.TryGetProperty("stop", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return true;
        }
        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }
        why = ForeignText.Cut(ForeignText.Line(value.GetString() ?? ""), MostStop) is { Length: > 0 } word
            ? word
            : "no reason given";
        return true;
    }

    /// <summary>False when the property is absent; null when the value is not a boolean.</summary>
    private static bool? Flag(JsonElement parent, string name) =>
        !parent.TryGetProperty(name, out var value) ? false
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : null;

    private static long? Count(JsonElement parent, string name)
    {
        if (!parent.TryGetProperty(name, out var value))
        {
            return 0;
        }
        return
            value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count is >= 0 and <= MaxItems
            ? count
            : null;
    }
}
