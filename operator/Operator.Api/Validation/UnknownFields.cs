using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Operator.Api;

/// <summary>
/// Finds fields that our kinds do not have. A server without strict validation drops them without a word; what the user
/// applied is still in kubectl's annotation.
/// </summary>
public static class UnknownFields
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";
    private const int MaxDistance = 2;

    /// <summary>Paths of fields below <c>spec</c> that the kind does not have, such as <c>spec.flows[0].shedule</c>.</summary>
    public static ImmutableArray<string> In(JsonElement item, string kind)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty("spec", out var spec))
        {
            JsonTypeInfo type = string.Equals(kind, ApiGroup.RolloutKind, StringComparison.Ordinal)
                ? ApiJson.Default.RolloutSpec
                : ApiJson.Default.ConnectorSpec;
            Walk(spec, type, "spec", found);
        }
        return found.ToImmutable();
    }

    /// <summary>The same for what kubectl last applied; nothing when there is no such annotation.</summary>
    public static ImmutableArray<string> InLastApplied(IReadOnlyDictionary<string, string> annotations, string kind)
    {
        if (!annotations.TryGetValue(LastApplied, out var applied))
        {
            return [];
        }
        try
        {
            using var document = JsonDocument.Parse(applied);
            return In(document.RootElement, kind);
        }
        catch (JsonException)
        {
            // Anybody may have written the annotation; it only ever adds a hint.
            return [];
        }
    }

    private static void Walk(JsonElement value, JsonTypeInfo type, string path, ImmutableArray<string>.Builder found)
    {
        if (value.ValueKind == JsonValueKind.Array && type.Kind == JsonTypeInfoKind.Enumerable)
        {
            var index = 0;
            foreach (var item in value.EnumerateArray())
            {
                Walk(item, ElementOf(type), $"{path}[{index++}]", found);
            }
        }
        if (value.ValueKind != JsonValueKind.Object || type.Kind != JsonTypeInfoKind.Object)
        {
            return;
        }
        foreach (var field in value.EnumerateObject())
        {
            if (type.Properties.FirstOrDefault(p => string.Equals(p.Name, field.Name, StringComparison.Ordinal)) is { } known)
            {
                Walk(field.Value, InfoOf(known.PropertyType), $"{path}.{field.Name}", found);
            }
            else
            {
                found.Add($"{path}.{field.Name}{DidYouMean(field.Name, type)}");
            }
        }
    }

    private static JsonTypeInfo ElementOf(JsonTypeInfo list) => InfoOf(list.ElementType ?? typeof(string));

    private static JsonTypeInfo InfoOf(Type type) =>
        ApiJson.Default.GetTypeInfo(type) ?? throw new InvalidOperationException($"{type} is not part of the API's JSON");

    private static string DidYouMean(string field, JsonTypeInfo type)
    {
        var near = type.Properties.Select(p => p.Name).MinBy(name => Distance(field, name));
        return near is not null && Distance(field, near) <= MaxDistance ? $" (did you mean {near}?)" : "";
    }

    /// <summary>Levenshtein's distance, without regard to case.</summary>
    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var current = new int[b.Length + 1];
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var isSame = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (isSame ? 0 : 1));
            }
            previous = current;
        }
        return previous[b.Length];
    }
}
