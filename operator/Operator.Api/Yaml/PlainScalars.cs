using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Operator.Api;

/// <summary>
/// Reads YAML scalars as kubectl does. Quoted and block scalars are texts. Plain scalars follow YAML 1.2's core schema,
/// plus YAML 1.1's yes, no, on and off as booleans, which kubectl still accepts; otherwise <c>sites: [no]</c> would pass
/// here and fail there.
/// </summary>
internal static partial class PlainScalars
{
    private const string TextTag = "tag:yaml.org,2002:str";

    public static JsonNode? Read(Scalar scalar)
    {
        var isText = scalar.Style != ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == TextTag);
        return isText ? JsonValue.Create(scalar.Value) : Plain(scalar.Value);
    }

    private static JsonValue? Plain(string text) =>
        text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => JsonValue.Create(true),
            "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => JsonValue.Create(false),
            _ => Number(text) ?? JsonValue.Create(text),
        };

    private static JsonValue? Number(string text)
    {
        const NumberStyles decimals =
            NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (
            Whole().IsMatch(text)
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
        )
        {
            return JsonValue.Create(whole);
        }
        return
            Decimal().IsMatch(text)
            && double.TryParse(text, decimals, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? JsonValue.Create(number)
            : Based(text);
    }

    /// <summary>0x1f, 0o17 and 017.</summary>
    private static JsonValue? Based(string text)
    {
        var digits = PrefixedNumber().Match(text);
        if (!digits.Success)
        {
            return null;
        }
        var (number, radix) = digits.Groups["hex"] is { Success: true } hex
            ? (hex.Value, 16)
            : (digits.Groups["octal"].Value, 8);
        return JsonValue.Create(Convert.ToInt64(number, radix));
    }

    [GeneratedRegex(@"^[-+]?(0|[1-9][0-9]*)\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();

    [GeneratedRegex(
        @"^[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Decimal();

    [GeneratedRegex(
        @"^(0x(?<hex>[0-9a-fA-F]{1,15})|0o?(?<octal>[0-7]{1,20}))\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture
    )]
    private static partial Regex PrefixedNumber();
}
