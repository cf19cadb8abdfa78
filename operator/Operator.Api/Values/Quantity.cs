using System.Globalization;
using System.Text.RegularExpressions;

namespace Operator.Api;

/// <summary>
/// A Kubernetes quantity: a plain number with an optional suffix (<c>100m</c>, <c>1.5</c>, <c>256Mi</c>). Signs and
/// exponents, which Kubernetes accepts, are rejected: in a manifest they are typing errors.
/// </summary>
public static partial class Quantity
{
    internal const string Pattern = @"^[0-9]+(\.[0-9]+)?([KMGTPE]i|[mkMGTPE])?\z";
    internal const string BytesPattern = @"^[0-9]+(\.[0-9]+)?([KMGTPE]i|[kMGTPE])?\z";
    private const int LongestText = 32;
    private const string Steps = "kMGTPE";

    /// <summary>Reads a quantity; false for other text.</summary>
    public static bool TryRead(string? text, out decimal value)
    {
        value = default;
        if (text is null || text.Length > LongestText || !Whole().IsMatch(text))
        {
            return false;
        }
        var digits = text.AsSpan().TrimEnd("iKMGTPEmk");
        var isNumber = decimal.TryParse(
            digits,
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var number
        );
        var factor = FactorOf(text.AsSpan(digits.Length));
        if (!isNumber || (factor > 1 && number > decimal.MaxValue / factor))
        {
            return false;
        }
        value = number * factor;
        return true;
    }

    /// <summary>The plain number, the same for each spelling; other text as it is.</summary>
    public static string Canonical(string text) =>
        TryRead(text, out var value) ? value.ToString("0.############", CultureInfo.InvariantCulture) : text;

    /// <summary>
    /// Reads an amount of memory or disk; false also for the suffix <c>m</c> (thousandths), usually a slip for <c>Mi</c>.
    /// </summary>
    public static bool TryReadBytes(string? text, out decimal value)
    {
        value = default;
        return text?.EndsWith('m') == false && TryRead(text, out value);
    }

    private static decimal FactorOf(ReadOnlySpan<char> suffix)
    {
        if (suffix is "m")
        {
            return 0.001m;
        }
        var factor = 1m;
        var steps = suffix.IsEmpty
            ? 0
            : Steps.IndexOf(suffix[0] == 'K' ? 'k' : suffix[0], StringComparison.Ordinal) + 1;
        for (var i = 0; i < steps; i++)
        {
            factor *= suffix.Length == 2 ? 1024 : 1000;
        }
        return factor;
    }

    [GeneratedRegex(Pattern, RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();
}
