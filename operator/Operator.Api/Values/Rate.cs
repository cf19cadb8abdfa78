using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// Calls in a length of time as the user wrote it: <c>1/180s</c>, <c>5/1s</c>, <c>100/1h</c>. Holds any text; the validator
/// rejects text that <see cref="TryGet"/> cannot read.
/// </summary>
[JsonConverter(typeof(RateConverter))]
public readonly record struct Rate(string Text)
{
    private const int MostDigits = 9;

    /// <summary>Reads the text; false unless it is a number of calls (at least 1), a slash and a duration above 0.</summary>
    public bool TryGet(out long calls, out TimeSpan per)
    {
        (calls, per) = (0, default);
        var slash = Text?.IndexOf('/', StringComparison.Ordinal) ?? -1;
        return slash is > 0 and <= MostDigits
            && long.TryParse(Text.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out calls)
            && calls > 0
            && new Duration(Text![(slash + 1)..]).TryGet(out per) // it has a slash
            && per > TimeSpan.Zero;
    }

    public override string ToString() => Text;
}

/// <summary>Reads any text; the validator checks it.</summary>
public sealed class RateConverter : JsonConverter<Rate>
{
    public override Rate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(LenientText.Read(ref reader));

    public override void Write(Utf8JsonWriter writer, Rate value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
