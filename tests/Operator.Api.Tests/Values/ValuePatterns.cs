using System.Text.RegularExpressions;

namespace Operator.Api.Tests;

/// <summary>The patterns of our values in the CRDs.</summary>
internal static class ValuePatterns
{
    public const string Duration = @"^([0-9]{1,11}(\.[0-9]{1,9})?(ms|s|m|h))+$";
    public const string Percent = @"^(100(\.0{1,4})?|(0|[1-9][0-9]?)(\.[0-9]{1,4})?)%$";
    public const string StoreShare = @"^([1-9][0-9]{0,5}|(100(\.0{1,4})?|(0|[1-9][0-9]?)(\.[0-9]{1,4})?)%)$";
    public const string Rate = @"^[0-9]{1,9}/([0-9]{1,11}(\.[0-9]{1,9})?(ms|s|m|h))+$";

    public const string Instant =
        @"^([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,7})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]))?$";

    /// <summary>Matches as the server does: <c>$</c> does not match before a final line feed.</summary>
    public static bool Takes(string pattern, string text, int maxLength) =>
        text.Length <= maxLength
        && Regex.IsMatch(text, $"{pattern[..^1]}\\z", RegexOptions.None, TimeSpan.FromSeconds(5));
}
