using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Operator.Api;

/// <summary>Compares JSON with the members of our records: finds unknown fields and values of a wrong JSON kind.</summary>
public static class JsonShape
{
    /// <summary>What to do with a field that means nothing.</summary>
    private const string Excess = "remove it; the cluster would drop it";

    /// <summary>Unknown fields of the object; <c>metadata</c> and <c>status</c> are not checked.</summary>
    public static ImmutableArray<Finding> UnknownFields(JsonElement item, string kind) =>
        [.. Walk(item, kind).Where(d => d.IsUnknown).Select(d => d.Finding)];

    /// <summary>
    /// Fields whose value has another JSON kind than the record's member, such as a text for a number, or null.
    /// </summary>
    public static ImmutableArray<Finding> WrongKinds(JsonElement item, string kind) =>
        [.. Walk(item, kind).Where(d => !d.IsUnknown).Select(d => d.Finding)];

    /// <summary>
    /// Unknown fields and wrong kinds of a value without an object around it; paths begin after the value itself.
    /// </summary>
    internal static ImmutableArray<Finding> Differences(JsonElement value, JsonTypeInfo type)
    {
        var walk = new ShapeWalk(Excess);
        walk.Value(value, type, "");
        return [.. walk.Found.Select(d => d.Finding)];
    }

    private static ImmutableArray<Difference> Walk(JsonElement item, string kind)
    {
        var (root, spec) = TypesOf(kind);
        var walk = new ShapeWalk(kind == ApiGroup.ActionKind ? "remove it" : Excess);
        if (item.ValueKind != JsonValueKind.Object)
        {
            return [];
        }
        foreach (var field in item.EnumerateObject())
        {
            walk.Known(field.Name, root, "");
        }
        if (item.TryGetProperty("spec", out var value))
        {
            walk.Value(value, spec, "spec");
        }
        return walk.Found;
    }

    private static (JsonTypeInfo Root, JsonTypeInfo Spec) TypesOf(string kind) =>
        kind switch
        {
            ApiGroup.RolloutKind => (ApiJson.Default.SyncRollout, ApiJson.Default.RolloutSpec),
            ApiGroup.ActionKind => (ApiJson.Default.SyncAction, ApiJson.Default.ActionSpec),
            _ => (ApiJson.Default.MarketplaceConnector, ApiJson.Default.ConnectorSpec),
        };

    private sealed record Difference(bool IsUnknown, Finding Finding);

    private sealed class ShapeWalk(string excess)
    {
        private readonly ImmutableArray<Difference>.Builder _found = ImmutableArray.CreateBuilder<Difference>();

        public ImmutableArray<Difference> Found => _found.ToImmutable();

        /// <summary>The member of that name; null for an unknown field, which is also reported.</summary>
        public JsonPropertyInfo? Known(string field, JsonTypeInfo type, string path)
        {
            var member = type.Properties.FirstOrDefault(p => p.Name == field);
            if (member is null)
            {
                var hint = NearMiss.Of(field, type.Properties.Select(p => p.Name)) is { } near
                    ? $"did you mean {near}?"
                    : excess;
                Note($"{path}{field}", $"there is no such field; {hint}", isUnknown: true);
            }
            return member;
        }

        public void Value(JsonElement value, JsonTypeInfo type, string path)
        {
            if (value.ValueKind == JsonValueKind.Null)
            {
                Note(path, "has no value; fill it in or remove the field");
                return;
            }
            switch (type.Kind)
            {
                case JsonTypeInfoKind.Object when IsA(value, JsonValueKind.Object, "a map of fields", path):
                    Object(value, type, path);
                    break;
                case JsonTypeInfoKind.Enumerable when IsA(value, JsonValueKind.Array, "a list", path):
                    foreach (var (index, item) in value.EnumerateArray().Index())
                    {
                        Value(item, InfoOf(type.ElementType), $"{path}[{index}]");
                    }
                    break;
                case JsonTypeInfoKind.Dictionary when IsA(value, JsonValueKind.Object, "a map of texts", path):
                    Map(value, path, areNumbersFine: false);
                    break;
                case JsonTypeInfoKind.None:
                    Scalar(value, type.Type, path);
                    break;
            }
        }

        private void Object(JsonElement value, JsonTypeInfo type, string path)
        {
            foreach (var field in value.EnumerateObject())
            {
                if (Known(field.Name, type, $"{path}.") is not { } member)
                {
                    continue;
                }
                var at = $"{path}.{field.Name}";
                if (member.CustomConverter is WrittenListConverter && field.Value.ValueKind == JsonValueKind.Null)
                {
                    // The rules refuse it, and say what it would mean.
                    continue;
                }
                if (member.CustomConverter is not QuantityMapConverter)
                {
                    Value(field.Value, InfoOf(member.PropertyType), at);
                }
                else if (IsA(field.Value, JsonValueKind.Object, "a map of quantities", at))
                {
                    Map(field.Value, at, areNumbersFine: true);
                }
            }
        }

        private void Map(JsonElement value, string path, bool areNumbersFine)
        {
            foreach (var entry in value.EnumerateObject())
            {
                if (!areNumbersFine || !IsWhole(entry.Value, out _))
                {
                    IsA(entry.Value, JsonValueKind.String, "a text", $"{path}.{entry.Name}");
                }
            }
        }

        private void Scalar(JsonElement value, Type declared, string path)
        {
            var type = Nullable.GetUnderlyingType(declared) ?? declared;
            if (type == typeof(bool))
            {
                if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                {
                    NoteKind(value, "true or false", path);
                }
            }
            else if (type == typeof(int) || type == typeof(long))
            {
                var isWhole = IsWhole(value, out var number);
                if (!isWhole || (type == typeof(int) && number is > int.MaxValue or < int.MinValue))
                {
                    NoteKind(value, "a whole number", path);
                }
            }
            else if (type == typeof(StoreShare))
            {
                if (value.ValueKind != JsonValueKind.String && !IsWhole(value, out _))
                {
                    NoteKind(value, "a whole number or a text such as 5%", path);
                }
            }
            else
            {
                IsA(value, JsonValueKind.String, "a text", path);
            }
        }

        private bool IsA(JsonElement value, JsonValueKind wanted, string say, string path)
        {
            if (value.ValueKind != wanted)
            {
                NoteKind(value, say, path);
            }
            return value.ValueKind == wanted;
        }

        private void NoteKind(JsonElement value, string wanted, string path) =>
            Note(path, $"is {Say(value)}, must be {wanted}");

        private void Note(string path, string message, bool isUnknown = false) =>
            _found.Add(new Difference(isUnknown, new Finding(path, message)));

        private static bool IsWhole(JsonElement value, out long number)
        {
            number = default;
            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out number);
        }

        private static string Say(JsonElement value) =>
            value.ValueKind switch
            {
                JsonValueKind.Object => "a map",
                JsonValueKind.Array => "a list",
                JsonValueKind.String => $"the text {Texts.Quote(value.GetString())}",
                JsonValueKind.Number => $"the number {value.GetRawText()}",
                JsonValueKind.True or JsonValueKind.False => $"the boolean {value.GetRawText()}",
                _ => "nothing",
            };

        private static JsonTypeInfo InfoOf(Type? type) =>
            ApiJson.Default.GetTypeInfo(type ?? typeof(string))
            ?? throw new InvalidOperationException($"{type} is not part of the API's JSON");
    }
}
