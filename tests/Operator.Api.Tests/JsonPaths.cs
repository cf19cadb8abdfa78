using System.Globalization;
using System.Text.Json.Nodes;

namespace Operator.Api.Tests;

/// <summary>Reads and changes JSON by paths such as <c>spec.flows[0].schedule</c>.</summary>
internal static class JsonPaths
{
    public static void Set(JsonNode root, string path, JsonNode? value)
    {
        var segments = Segments(path);
        var owner = segments[..^1].Aggregate(root, Step);
        if (owner is JsonArray list)
        {
            list[Index(segments[^1])] = value;
        }
        else
        {
            owner[segments[^1]] = value;
        }
    }

    public static void Remove(JsonNode root, string path)
    {
        var segments = Segments(path);
        ((JsonObject)segments[..^1].Aggregate(root, Step)).Remove(segments[^1]);
    }

    public static JsonNode Get(JsonNode root, string path) => Segments(path).Aggregate(root, Step);

    private static JsonNode Step(JsonNode node, string segment) =>
        node is JsonArray list ? list[Index(segment)]! : node[segment]!;

    private static int Index(string segment) => int.Parse(segment, CultureInfo.InvariantCulture);

    private static string[] Segments(string path) => path.Replace("]", "", StringComparison.Ordinal).Split('.', '[');
}
