using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// A point in time as the user wrote it, in RFC 3339 with an offset: <c>2026-11-25T17:00:00Z</c>; empty: none is given.
/// Holds any text, so that an invalid object still parses; the validator rejects text that <see cref="TryGet"/> cannot
/// read.
/// </summary>
[JsonConverter(typeof(InstantConverter))]
public readonly record struct Instant(string Text)
{
    private const int LongestText = 35;

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd'T'HH:mm:ss'Z'",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
        "yyyy-MM-dd'T'HH:mm:sszzz",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
    ];

    public bool IsGiven => !string.IsNullOrEmpty(Text);

    /// <summary>The instant in UTC; null when none is given or the text is invalid.</summary>
    public DateTimeOffset? Value => TryGet(out var value) ? value : null;

    /// <summary>Reads the text; false unless it is a date, a time and an offset (Z or ±hh:mm).</summary>
    public bool TryGet(out DateTimeOffset value)
    {
        var isRead = DateTimeOffset.TryParseExact(
            Text?.Length <= LongestText ? Text : "",
            Formats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out value
        );
        value = value.ToUniversalTime();
        return isRead;
    }

    public override string ToString() => Text;
}

/// <summary>Reads any text; the validator checks it.</summary>
public sealed class InstantConverter : JsonConverter<Instant>
{
    public override Instant Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(LenientText.Read(ref reader));

    public override void Write(Utf8JsonWriter writer, Instant value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
