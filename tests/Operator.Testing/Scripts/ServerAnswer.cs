using System.Text.Json;

namespace Operator.Testing;

/// <summary>The answer of a server.</summary>
public sealed record ServerAnswer(bool IsSuccess, string Text)
{
    public JsonElement Json => JsonElement.Parse(Text);

    /// <summary>The server's reason for a refusal; otherwise the whole answer.</summary>
    public string Message =>
        !IsSuccess && Text.StartsWith('{') && Json.TryGetProperty("message", out var message)
            ? message.GetString() ?? ""
            : Text;
}
