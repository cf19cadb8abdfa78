using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Operator.Api.Tests;

/// <summary>Compares a schema with the records in both directions. Each difference is one sentence.</summary>
internal sealed class SchemaComparison(bool areDefaultsWritten)
{
    private static readonly string[] Freely = ["metadata"];
    private readonly List<string> _differences = [];

    public static IReadOnlyList<string> Of(JsonElement schema, JsonTypeInfo type, string path, bool areDefaultsWritten)
    {
        var comparison = new SchemaComparison(areDefaultsWritten);
        comparison.Object(schema, type, path);
        return comparison._differences;
    }

    private void Object(JsonElement schema, JsonTypeInfo type, string path)
    {
        var fields = schema
            .GetProperty("properties")
            .EnumerateObject()
            .ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        var members = type.Properties.ToDictionary(p => p.Name, StringComparer.Ordinal);
        Expect(fields.Keys.Except(members.Keys, StringComparer.Ordinal), f => $"{path}.{f} is not in the records");
        Expect(members.Keys.Except(fields.Keys, StringComparer.Ordinal), m => $"{path}.{m} is not in the schema");

        var defaults = Serialize(type.CreateObject!(), type);
        foreach (
            var (name, field) in fields.Where(f =>
                members.ContainsKey(f.Key) && !Freely.Contains(f.Key, StringComparer.Ordinal)
            )
        )
        {
            var at = $"{path}.{name}";
            Require(
                field.TryGetProperty("description", out var text) && text.GetString()!.EndsWith('.'),
                $"{at} has no description"
            );
            Value(field, members[name], at);
            if (areDefaultsWritten)
            {
                Default(field, defaults, new Place(name, at, IsRequired(schema, name)));
            }
            else
            {
                Require(
                    !field.TryGetProperty("default", out _),
                    $"{at} has a default, but a status field must have none"
                );
            }
        }
    }

    private void Value(JsonElement schema, JsonPropertyInfo member, string path)
    {
        if (member.CustomConverter is QuantityMapConverter)
        {
            var isQuantity = schema
                .GetProperty("additionalProperties")
                .TryGetProperty("x-kubernetes-int-or-string", out _);
            Require(isQuantity, $"{path} is no map of quantities");
            return;
        }
        Value(schema, ApiJson.Default.GetTypeInfo(member.PropertyType)!, path);
    }

    private void Value(JsonElement schema, JsonTypeInfo type, string path)
    {
        switch (type.Kind)
        {
            case JsonTypeInfoKind.Object:
                IsType(schema, "object", null, path);
                Object(schema, type, path);
                break;
            case JsonTypeInfoKind.Enumerable:
                IsType(schema, "array", null, path);
                Require(
                    schema.TryGetProperty("x-kubernetes-list-type", out _),
                    $"{path} does not say how lists are merged"
                );
                Value(schema.GetProperty("items"), ApiJson.Default.GetTypeInfo(type.ElementType!)!, $"{path}[]");
                break;
            case JsonTypeInfoKind.Dictionary:
                IsType(schema, "object", null, path);
                IsType(schema.GetProperty("additionalProperties"), "string", null, $"{path}.*");
                break;
            default:
                Scalar(schema, type.Type, path);
                break;
        }
    }

    private void Scalar(JsonElement schema, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(StoreShare))
        {
            Require(schema.TryGetProperty("x-kubernetes-int-or-string", out _), $"{path} is no int-or-string");
            return;
        }
        var (wanted, format) =
            type == typeof(bool) ? ("boolean", null)
            : type == typeof(int) ? ("integer", "int32")
            : type == typeof(long) ? ("integer", "int64")
            : type == typeof(DateTimeOffset) ? ("string", "date-time")
            : ("string", (string?)null);
        IsType(schema, wanted, format, path);
        if (type.IsEnum)
        {
            var names = Enum.GetNames(type).Where(n => n is not "Unknown");
            Require(
                Texts(schema, "enum").SequenceEqual(names, StringComparer.Ordinal),
                $"{path} has other values than {type.Name}"
            );
        }
        var needsPattern =
            areDefaultsWritten
            && (type == typeof(Duration) || type == typeof(Percent) || type == typeof(Rate) || type == typeof(Instant));
        Require(!needsPattern || schema.TryGetProperty("pattern", out _), $"{path} has no pattern");
    }

    /// <summary>
    /// The schema has every default of a record, except for required fields, empty defaults, and fields in a list: there the operator
    /// applies the default, and the description says it.
    /// </summary>
    private void Default(JsonElement field, JsonElement defaults, Place place)
    {
        var isSet = defaults.TryGetProperty(place.Name, out var value);
        var isNothing = !isSet || value.GetRawText() is "\"\"" or "[]" or "{}";
        if (place.IsInList)
        {
            Require(!field.TryGetProperty("default", out _), $"{place.Path} has a default in a list");
            Require(
                isNothing
                    || place.IsRequired
                    || value.ValueKind == JsonValueKind.Object
                    || field
                        .GetProperty("description")
                        .GetString()!
                        .Contains($"Default {Text(value)}", StringComparison.Ordinal),
                $"{place.Path} does not say its default {value}"
            );
            return;
        }
        if (!field.TryGetProperty("default", out var written))
        {
            Require(
                isNothing || place.IsRequired,
                $"{place.Path} has no default in the schema, the record has {value}"
            );
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            // The members of an object have their own defaults in the schema.
            Require(written.GetRawText() is "{}", $"{place.Path} must have the default {{}}");
        }
        else
        {
            Require(
                JsonElement.DeepEquals(written, value),
                $"{place.Path} has the default {written}, the record has {value}"
            );
        }
    }

    private void IsType(JsonElement schema, string type, string? format, string path)
    {
        var isType = schema.TryGetProperty("type", out var actual) && actual.ValueEquals(type);
        var actualFormat = schema.TryGetProperty("format", out var f) ? f.GetString() : null;
        Require(isType && format == actualFormat, $"{path} is not of type {type} {format}");
    }

    private void Expect(IEnumerable<string> extra, Func<string, string> say) =>
        _differences.AddRange(extra.Select(say));

    private void Require(bool isSo, string difference)
    {
        if (!isSo)
        {
            _differences.Add(difference);
        }
    }

    private static bool IsRequired(JsonElement schema, string field) =>
        Texts(schema, "required").Contains(field, StringComparer.Ordinal);

    private static IEnumerable<string> Texts(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var list) ? list.EnumerateArray().Select(t => t.GetString()!) : [];

    private static JsonElement Serialize(object value, JsonTypeInfo type) =>
        JsonSerializer.SerializeToElement(value, type);

    private static string Text(JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

    private sealed record Place(string Name, string Path, bool IsRequired)
    {
        public bool IsInList => Path.Contains("[]", StringComparison.Ordinal);
    }
}
