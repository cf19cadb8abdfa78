using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Testing;

namespace Operator.Api.Tests;

/// <summary>Old servers check less than the schema says, so the operator's rules refuse all that the schema refuses.</summary>
public sealed class SchemaBoundsTests
{
    public static TheoryData<string, string, string> Bounds()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var crd in Crd.All)
        {
            foreach (var (path, keyword) in BoundsOf(crd.SpecSchema, A.FullJson(crd.Kind)["spec"]!, "spec"))
            {
                rows.Add(crd.Kind, path, keyword);
            }
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Bounds))]
    public void Rules_refuse_what_the_schema_refuses(string kind, string path, string keyword)
    {
        var item = A.FullJson(kind);
        Violate(item, path, keyword, SchemaAt(Crd.Of(kind).SpecSchema, path));

        var findings = Check(kind, item);

        Assert.Contains(findings, f => IsAtOrAround(f.Path, path));
    }

    private static IEnumerable<(string Path, string Keyword)> BoundsOf(JsonElement schema, JsonNode sample, string path)
    {
        string[] keywords =
        [
            "minLength",
            "maxLength",
            "pattern",
            "minimum",
            "maximum",
            "enum",
            "minItems",
            "maxItems",
            "maxProperties",
        ];
        foreach (var keyword in keywords.Where(k => schema.TryGetProperty(k, out _)))
        {
            yield return (path, keyword);
        }
        foreach (var required in Names(schema, "required"))
        {
            yield return ($"{path}.{required}", "required");
        }
        var inner = sample switch
        {
            JsonObject fields => fields.SelectMany(f => BoundsOf(Inner(schema, f.Key), f.Value!, $"{path}.{f.Key}")),
            JsonArray items => items.SelectMany(
                (item, i) => BoundsOf(schema.GetProperty("items"), item!, $"{path}[{i}]")
            ),
            _ => [],
        };
        foreach (var bound in inner)
        {
            yield return bound;
        }
    }

    private static void Violate(JsonObject item, string path, string keyword, JsonElement schema)
    {
        int Bound() => schema.GetProperty(keyword).GetInt32();
        switch (keyword)
        {
            case "required":
                JsonPaths.Remove(item, path);
                break;
            case "minItems":
                JsonPaths.Set(item, path, new JsonArray());
                break;
            case "maxItems":
                var first = JsonPaths.Get(item, path)[0]!;
                JsonPaths.Set(
                    item,
                    path,
                    new JsonArray([.. Enumerable.Range(0, Bound() + 1).Select(_ => first.DeepClone())])
                );
                break;
            case "maxProperties":
                var names = Enumerable
                    .Range(0, Bound() + 1)
                    .Select(i => $"n{i.ToString(CultureInfo.InvariantCulture)}");
                JsonPaths.Set(
                    item,
                    path,
                    new JsonObject(names.Select(n => KeyValuePair.Create<string, JsonNode?>(n, "1")))
                );
                break;
            default:
                JsonPaths.Set(item, path, Wrong(keyword, schema.GetProperty(keyword)));
                break;
        }
    }

    private static JsonNode Wrong(string keyword, JsonElement bound) =>
        keyword switch
        {
            "minLength" => "",
            "maxLength" => new string('1', bound.GetInt32() + 1),
            "minimum" => bound.GetInt64() - 1,
            "maximum" => bound.GetInt64() + 1,
            _ => "no § such thing",
        };

    private static ImmutableArray<Finding> Check(string kind, JsonObject item)
    {
        using var json = JsonDocument.Parse(item.ToJsonString());
        var wrong = JsonShape.WrongKinds(json.RootElement, kind);
        return !wrong.IsEmpty ? wrong
            : kind == ApiGroup.ConnectorKind
                ? new ConnectorRules(new ConnectorRuleOptions()).Check(
                    item.Deserialize(ApiJson.Default.MarketplaceConnector)!
                )
            : kind == ApiGroup.RolloutKind ? RolloutRules.Check(item.Deserialize(ApiJson.Default.SyncRollout)!)
            : ActionRules.Check(item.Deserialize(ApiJson.Default.SyncAction)!);
    }

    private static bool IsAtOrAround(string finding, string path) =>
        finding.StartsWith(path, StringComparison.Ordinal)
        || (finding.Contains('.', StringComparison.Ordinal) && path.StartsWith(finding, StringComparison.Ordinal));

    private static JsonElement SchemaAt(JsonElement schema, string path)
    {
        var segments = path.Replace("[", ".[", StringComparison.Ordinal).Split('.')[1..];
        return segments.Aggregate(schema, (at, s) => s.StartsWith('[') ? at.GetProperty("items") : Inner(at, s));
    }

    private static JsonElement Inner(JsonElement schema, string field) =>
        schema.TryGetProperty("properties", out var properties)
            ? properties.GetProperty(field)
            : schema.GetProperty("additionalProperties");

    private static IEnumerable<string> Names(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var list) ? list.EnumerateArray().Select(t => t.GetString()!) : [];
}
