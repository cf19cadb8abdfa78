using System.Text;
using System.Text.Json;

namespace Operator.Api;

/// <summary>
/// Reads a scalar of any JSON kind as text, so that the validator reports a wrong kind instead of a parse error.
/// </summary>
internal static class LenientText
{
    public static string Read(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return reader.GetString() ?? "";
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(reader.ValueSpan);
            case JsonTokenType.True:
                return "true";
            case JsonTokenType.False:
                return "false";
            default:
                reader.Skip();
                return "";
        }
    }
}
