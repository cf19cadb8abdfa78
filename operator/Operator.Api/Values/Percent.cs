using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// A percentage as the user wrote it: <c>5%</c>, <c>0.5%</c>. Holds any text; the validator rejects text that
/// <see cref="TryGet"/> cannot read.
/// </summary>
[JsonConverter(typeof(PercentConverter))]
public readonly record struct Percent(string Text)
{
    private const int LongestText = 12;

    /// <summary>The value as a fraction (<c>5%</c> is 0.05); throws <see cref="FormatException"/> for other text.</summary>
    public decimal Fraction =>
        TryGet(out var fraction)
            ? fraction
            : throw new FormatException($"'{Text}' is no percentage such as 5% or 0.5%");

    /// <summary>Reads the text as a fraction; false for anything but a plain decimal number followed by a percent sign.</summary>
    public bool TryGet(out decimal fraction)
    {
        fraction = default;
        if (Text is null || Text.Length > LongestText || !Text.EndsWith('%') || !IsPlainNumber(Text))
        {
            return false;
        }
        var isNumber = decimal.TryParse(
            Text.AsSpan(0, Text.Length - 1),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var percent
        );
        fraction = percent / 100m;
        return isNumber;
    }

    public override string ToString() => Text;

    /// <summary>Rejects <c>.5%</c>, <c>5.%</c> and <c>05%</c>, which decimal accepts, and more than 4 decimals.</summary>
    private static bool IsPlainNumber(string text)
    {
        var number = text.AsSpan(0, text.Length - 1);
        var point = number.IndexOf('.');
        var whole = point < 0 ? number : number[..point];
        return whole.Length > 0
            && (whole.Length == 1 || whole[0] != '0')
            && (point < 0 || number.Length - point - 1 is >= 1 and <= 4);
    }
}

internal sealed class PercentConverter : JsonConverter<Percent>
{
    public override Percent Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(LenientText.Read(ref reader));

    public override void Write(Utf8JsonWriter writer, Percent value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Text);
}
