using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// How many stores a step reaches, as the user wrote it: a share of all (<c>5%</c>) or a number (<c>3</c>). Holds any text;
/// the validator rejects text that neither <see cref="TryGetCount"/> nor <see cref="TryGetFraction"/> can read.
/// </summary>
[JsonConverter(typeof(StoreShareConverter))]
public readonly record struct StoreShare(string Text)
{
    /// <summary>Reads the text as a number of stores, at least 1.</summary>
    public bool TryGetCount(out int count) =>
        int.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && Text[0] != '0';

    /// <summary>Reads the text as a share of all stores, as a fraction.</summary>
    public bool TryGetFraction(out decimal fraction) => new Percent(Text).TryGet(out fraction);

    /// <summary>The number or the share, the same for each spelling; other text as it is.</summary>
    public string Canonical =>
        TryGetFraction(out var fraction)
            ? string.Create(CultureInfo.InvariantCulture, $"{fraction * 100:0.####}%")
            : Text;

    public override string ToString() => Text;
}

/// <summary>Writes numbers as JSON numbers and shares as strings (Kubernetes' int-or-string).</summary>
internal sealed class StoreShareConverter : JsonConverter<StoreShare>
{
    public override StoreShare Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(LenientText.Read(ref reader));

    public override void Write(Utf8JsonWriter writer, StoreShare value, JsonSerializerOptions options)
    {
        if (value.TryGetCount(out var count))
        {
            writer.WriteNumberValue(count);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}
