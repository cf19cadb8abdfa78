using System.Text;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>Reads a Status object. For an answer that is not JSON, the message is the answer's text.</summary>
internal static class KubeStatus
{
    private const int MaxMessageLength = 1000;

    public static (string Reason, string Message) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            return Read(JsonElement.Parse(body.Span));
        }
        catch (JsonException)
        {
            var text = Encoding.UTF8.GetString(body.Span);
            return ("", text.Length > MaxMessageLength ? text[..MaxMessageLength] : text);
        }
    }

    public static (string Reason, string Message) Read(JsonElement status) =>
        (Text(status, "reason"), Text(status, "message"));

    /// <summary>The code of a Status object; 0 when it has no code.</summary>
    public static int Code(JsonElement status) =>
        status.ValueKind == JsonValueKind.Object
        && status.TryGetProperty("code", out var value)
        && value.ValueKind == JsonValueKind.Number
        && value.TryGetInt32(out var code)
            ? code
            : 0;

    /// <summary>Whether the details of the Status contain this cause.</summary>
    public static bool HasCause(ReadOnlyMemory<byte> body, string reason)
    {
        try
        {
            return HasCause(JsonElement.Parse(body.Span), reason);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool HasCause(JsonElement status, string reason) =>
        status.ValueKind == JsonValueKind.Object
        && status.TryGetProperty("details", out var details)
        && details.ValueKind == JsonValueKind.Object
        && details.TryGetProperty("causes", out var causes)
        && causes.ValueKind == JsonValueKind.Array
        && causes.EnumerateArray().Any(c => Text(c, "reason") == reason);

    private static string Text(JsonElement status, string name) =>
        status.ValueKind == JsonValueKind.Object
        && status.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString() ?? ""
            : "";
}
