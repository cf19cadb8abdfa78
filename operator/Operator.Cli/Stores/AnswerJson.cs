using System.Text.Json;
using System.Text.Json.Serialization;
using Operator.Planning.Explaining;

namespace Operator.Cli.Stores;

/// <summary>Writes the complete answer as JSON, for programs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true
)]
[JsonSerializable(typeof(StoreAnswer))]
internal sealed partial class AnswerJson : JsonSerializerContext
{
    public static void Write(StoreAnswer answer, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(answer, Default.StoreAnswer));
}
