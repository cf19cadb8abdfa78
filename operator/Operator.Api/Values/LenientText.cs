using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

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

/// <summary>Reads any JSON as text; a list or a map is the empty text. For a field that was of another kind in an older version.</summary>
internal sealed class LenientTextConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        LenientText.Read(ref reader);

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
