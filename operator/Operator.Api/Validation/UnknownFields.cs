using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Api;

/// <summary>
/// Finds fields that our kinds do not have. A server without strict validation drops them without a word; what the user
/// applied is still in kubectl's annotation.
/// </summary>
public static class UnknownFields
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    /// <summary>Paths of fields that the kind does not have, such as <c>spec.flows[0].shedule</c>, with what is wrong; metadata and status are left alone.</summary>
    public static ImmutableArray<Finding> In(JsonElement item, string kind) => JsonShape.UnknownFields(item, kind);

    /// <summary>
    /// The same for what kubectl last applied, as <c>spec.flows[0].shedule (there is no such field; did you mean schedule?)</c>;
    /// nothing when there is no such annotation.
    /// </summary>
    public static ImmutableArray<string> InLastApplied(IReadOnlyDictionary<string, string> annotations, string kind)
    {
        if (!annotations.TryGetValue(LastApplied, out var applied))
        {
            return [];
        }
        try
        {
            using var document = JsonDocument.Parse(applied);
            return [.. In(document.RootElement, kind).Select(f => $"{f.Path} ({f.Message})")];
        }
        catch (JsonException)
        {
            // Anybody may have written the annotation; it only ever adds a hint.
            return [];
        }
    }
}
