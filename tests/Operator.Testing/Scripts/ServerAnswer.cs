using System.Text.Json;

namespace Operator.Testing;

/// <summary>What a server answered.</summary>
public sealed record ServerAnswer(bool IsSuccess, string Text)
{
    public JsonElement Json => JsonElement.Parse(Text);

    /// <summary>Why it refused, in its words; else all that it said.</summary>
    public string Message =>
        !IsSuccess && Text.StartsWith('{') && Json.TryGetProperty("message", out var message)
            ? message.GetString() ?? ""
            : Text;
}
