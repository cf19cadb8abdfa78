using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>
/// Reads a list that means everything when it is left out. Null is read as a list that is written out and empty, never as one that is
/// left out; an item that is null becomes the empty text, which the validator refuses.
/// </summary>
internal sealed class WrittenListConverter : JsonConverter<ImmutableArray<string>>
{
    public override bool HandleNull => true;

    public override ImmutableArray<string> Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options
    )
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return [];
        }
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException();
        }
        var items = ImmutableArray.CreateBuilder<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(
                reader.TokenType switch
                {
                    JsonTokenType.String => reader.GetString() ?? "",
                    JsonTokenType.Null => "",
                    _ => throw new JsonException(),
                }
            );
        }
        return items.ToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableArray<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var item in value)
        {
            writer.WriteStringValue(item);
        }
        writer.WriteEndArray();
    }
}
