using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>Reads an enum by its exact name; any other text becomes the zero value, Unknown.</summary>
internal sealed class LenientEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Enum.TryParse<T>(LenientText.Read(ref reader), ignoreCase: false, out var value) && Enum.IsDefined(value)
            ? value
            : default;

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
