using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// A length of time as the user wrote it, in Go's notation: <c>90s</c>, <c>1h30m</c>, <c>1.5h</c>, <c>250ms</c>. Holds any
/// text, so that an invalid object still parses; the validator rejects text that <see cref="TryGet"/> cannot read.
/// </summary>
[JsonConverter(typeof(DurationConverter))]
public readonly record struct Duration(string Text)
{
    private const int LongestText = 32;
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private static readonly FrozenDictionary<string, decimal> TicksPerUnit = new Dictionary<string, decimal>(
        StringComparer.Ordinal
    )
    {
        ["ms"] = TimeSpan.TicksPerMillisecond,
        ["s"] = TimeSpan.TicksPerSecond,
        ["m"] = TimeSpan.TicksPerMinute,
        ["h"] = TimeSpan.TicksPerHour,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The value; throws <see cref="FormatException"/> for text that is not a duration.</summary>
    public TimeSpan Value =>
        TryGet(out var value) ? value : throw new FormatException($"'{Text}' is no duration such as 90s, 10m or 1h30m");

    /// <summary>The length in seconds, the same for each spelling; other text as it is.</summary>
    public string Canonical =>
        TryGet(out var value)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{(decimal)value.Ticks / TimeSpan.TicksPerSecond:0.#######}s"
            )
            : Text;

    public static Duration From(TimeSpan value) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds:0.###}s"));

    /// <summary>Reads the text; false unless it is one or more numbers with a unit (ms, s, m, h), at most 10 years.</summary>
    public bool TryGet(out TimeSpan value)
    {
        value = default;
        var rest = Text.AsSpan();
        var ticks = 0m;
        if (rest.IsEmpty || rest.Length > LongestText)
        {
            return false;
        }
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters);
            if (digits is <= 0 or > 21 || !TryReadNumber(rest[..digits], out var number))
            {
                return false;
            }
            rest = rest[digits..];
            var letters = rest.IndexOfAny(NumberCharacters);
            var unit = letters < 0 ? rest : rest[..letters];
            if (!TicksPerUnit.TryGetValue(unit.ToString(), out var perUnit))
            {
                return false;
            }
            ticks += number * perUnit;
            rest = rest[unit.Length..];
        }
        if (ticks > TimeSpan.TicksPerDay * 3660m)
        {
            return false;
        }
        value = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    public override string ToString() => Text;

    /// <summary>At most 11 digits and 9 decimals, with a digit on both sides of the point.</summary>
    private static bool TryReadNumber(ReadOnlySpan<char> text, out decimal number)
    {
        number = default;
        var point = text.IndexOf('.');
        var decimals = point < 0 ? 0 : text.Length - point - 1;
        return (point < 0 ? text.Length : point) is >= 1 and <= 11
            && (point < 0 || decimals is >= 1 and <= 9)
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}

/// <summary>Reads any text; the validator checks it.</summary>
public sealed class DurationConverter : JsonConverter<Duration>
{
    public override Duration Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(LenientText.Read(ref reader));

    public override void Write(Utf8JsonWriter writer, Duration value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
