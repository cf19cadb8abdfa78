using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// JSON of the record's parts. A property with its initial value is left out, and an absent property is read as its initial
/// value. So a new property needs no code here, and a part has no null.
/// </summary>
internal static class PartJson
{
    /// <summary>
    /// Largest part before compression, for books that are cut by size. A part of this size fits even if its content does not
    /// compress.
    /// </summary>
    public const int MostBytes = 256 * 1024;

    private static readonly JsonSerializerOptions Options = MakeOptions();

    public static byte[] Write<T>(T content) => JsonSerializer.SerializeToUtf8Bytes(content, TypeOf<T>());

    /// <summary>Throws <see cref="JsonException"/> for content that <see cref="Write"/> can't have written.</summary>
    public static T Read<T>(string part, ReadOnlySpan<byte> json)
    {
        RefuseNull(part, json);
        return JsonSerializer.Deserialize(json, TypeOf<T>()) ?? throw Bad(part, "is null");
    }

    public static JsonException Bad(string part, string why) => new($"part '{part}' of the record {why}");

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(RecordJson.Default.Options)
        {
            TypeInfoResolver = RecordJson.Default.WithAddedModifier(LeaveOutInitialValues),
        };
        options.MakeReadOnly();
        return options;
    }

    private static void LeaveOutInitialValues(JsonTypeInfo type)
    {
        if (type.Kind != JsonTypeInfoKind.Object || type.CreateObject?.Invoke() is not { } fresh)
        {
            return;
        }
        foreach (var property in type.Properties)
        {
            if (property is { Get: { } get, IsExtensionData: false })
            {
                var initial = get(fresh);
                property.ShouldSerialize = (_, value) => value is not null && !IsSame(value, initial);
            }
        }
    }

    private static bool IsSame(object? value, object? initial) =>
        Equals(value, initial) || (value is ICollection { Count: 0 } && initial is ICollection { Count: 0 });

    /// <summary>A null in a list or a map would come to light much later, as another kind of exception.</summary>
    private static void RefuseNull(string part, ReadOnlySpan<byte> json)
    {
        if (json.IndexOf("null"u8) < 0)
        {
            return;
        }
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null)
            {
                throw Bad(part, "has a null");
            }
        }
    }
}
