using System.Globalization;

namespace Operator.Planning.Record;

/// <summary>A fraction as a percentage with at most two decimals: 0.1234 is <c>12.34%</c>.</summary>
public static class FractionText
{
    public static string Of(decimal fraction) => string.Create(CultureInfo.InvariantCulture, $"{fraction * 100:0.##}%");
}
