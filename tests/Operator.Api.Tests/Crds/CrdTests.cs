using System.Text;
using System.Text.Json;
using Operator.Testing;

namespace Operator.Api.Tests;

public sealed class CrdTests
{
    /// <summary>Bytes. kubectl keeps the file in an annotation, and annotations are limited to 256 KiB.</summary>
    private const int LargestFile = 256 * 1024;

    public static TheoryData<string> Kinds => [.. Crd.All.Select(c => c.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Spec_equals_the_records_in_both_directions(string kind)
    {
        var crd = Crd.Of(kind);

        var differences = SchemaComparison.Of(crd.SpecSchema, crd.Spec, "spec", areDefaultsWritten: true);

        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Status_equals_the_records_in_both_directions_and_has_no_defaults(string kind)
    {
        var crd = Crd.Of(kind);

        var differences = SchemaComparison.Of(crd.StatusSchema, crd.Status, "status", areDefaultsWritten: false);

        Assert.Empty(differences);
    }

    /// <summary>
    /// The server writes a default into the object. In a list, a manifest without the field then differs from the object for ever: the
    /// list is replaced as a whole, so every kubectl apply would change it.
    /// </summary>
    [Theory]
    [InlineData("crds/marketplaceconnectors.yaml")]
    [InlineData("crds/syncrollouts.yaml")]
    [InlineData("crds/syncactions.yaml")]
    [InlineData("crds/syncrecords.yaml")]
    public void No_default_is_inside_a_list(string file)
    {
        var crd = Manifests.Read(Repository.Read(file))[0].Root;

        Assert.Empty(DefaultsInLists(crd, "", isInList: false));
    }

    [Fact]
    public void Every_CRD_is_looked_at() =>
        Assert.Equal(
            ["marketplaceconnectors.yaml", "syncactions.yaml", "syncrecords.yaml", "syncrollouts.yaml"],
            Repository.Files("crds", "*.yaml").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)
        );

    [Theory]
    [InlineData("""{"items":{"properties":{"a":{"default":1}}}}""", "/items/properties/a")]
    [InlineData("""{"items":{"default":1}}""", "/items")]
    [InlineData(
        """{"items":{"properties":{"a":{"properties":{"b":{"default":{}}}}}}}""",
        "/items/properties/a/properties/b"
    )]
    [InlineData("""{"properties":{"items":{"properties":{"default":{}}},"a":{"default":1}}}""", "")]
    public void A_default_in_a_list_is_found_at_any_depth(string schema, string found)
    {
        var places = DefaultsInLists(JsonElement.Parse(schema), "", isInList: false);

        Assert.Equal(found, string.Join(' ', places));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Top_level_equals_the_records(string kind)
    {
        var crd = Crd.Of(kind);

        var fields = crd.Schema.GetProperty("properties").EnumerateObject().Select(p => p.Name);

        Assert.Equal(crd.Root.Properties.Select(p => p.Name), fields);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Fresh_object_never_looks_finished(string kind)
    {
        var status = Crd.Of(kind).StatusSchema.GetProperty("default");

        Assert.Equal("""{"observedGeneration":-1}""", status.GetRawText());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_pattern_of_a_spec_is_one_of_the_validators(string kind)
    {
        string[] known =
        [
            Texts.DnsLabelPattern,
            Texts.ObjectNamePattern,
            Texts.DataKeyPattern,
            Texts.EnvNamePattern,
            Texts.SitePattern,
            Texts.TimeZonePattern,
            Texts.ImagePattern,
            Texts.LabelKeyPattern,
            Texts.ParameterNamePattern,
            Texts.LabelValuePattern,
            Quantity.Pattern,
            Quantity.BytesPattern,
        ];
        string[] values =
        [
            ValuePatterns.Duration,
            ValuePatterns.Percent,
            ValuePatterns.StoreShare,
            ValuePatterns.Rate,
            ValuePatterns.Instant,
            "^SYNC_",
            "^system-",
        ];

        var foreign = Patterns(Crd.Of(kind).SpecSchema)
            .Except(known.Select(p => p.Replace(@"\z", "$", StringComparison.Ordinal)), StringComparer.Ordinal)
            .Except(values, StringComparer.Ordinal);

        Assert.Empty(foreign);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Names_are_those_of_the_api_group(string kind)
    {
        var crd = Crd.Of(kind).Json;

        var spec = crd.GetProperty("spec");
        var plural = kind switch
        {
            ApiGroup.ConnectorKind => ApiGroup.ConnectorPlural,
            ApiGroup.RolloutKind => ApiGroup.RolloutPlural,
            _ => ApiGroup.ActionPlural,
        };
        Assert.Equal($"{plural}.{ApiGroup.Name}", crd.GetProperty("metadata").GetProperty("name").GetString());
        Assert.Equal(ApiGroup.Name, spec.GetProperty("group").GetString());
        Assert.Equal(kind, spec.GetProperty("names").GetProperty("kind").GetString());
        Assert.Equal(plural, spec.GetProperty("names").GetProperty("plural").GetString());
        Assert.Equal(ApiGroup.Version, spec.GetProperty("versions")[0].GetProperty("name").GetString());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void File_is_small_enough(string kind)
    {
        Assert.InRange(Encoding.UTF8.GetByteCount(Crd.Of(kind).NewerText), 1, LargestFile);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Old_servers_are_not_shown_what_they_do_not_know(string kind)
    {
        var crd = Crd.Of(kind);

        Assert.DoesNotContain("x-kubernetes-validations", crd.Json.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("selectableFields", crd.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("x-kubernetes-validations", crd.NewerJson.GetRawText(), StringComparison.Ordinal);
        Assert.Contains("selectableFields", crd.NewerJson.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void File_can_be_copied_into_a_helm_template(string kind)
    {
        Assert.DoesNotContain("{{", Crd.Of(kind).Text, StringComparison.Ordinal);
    }

    /// <summary>The places of defaults below <c>items</c>; a property may itself be called items or default.</summary>
    private static IEnumerable<string> DefaultsInLists(JsonElement schema, string path, bool isInList)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return [];
        }
        var here = isInList && schema.TryGetProperty("default", out _) ? [path] : Array.Empty<string>();
        return schema
            .EnumerateObject()
            .SelectMany(p =>
                p.Name is "properties" && p.Value.ValueKind == JsonValueKind.Object
                    ? p
                        .Value.EnumerateObject()
                        .SelectMany(f => DefaultsInLists(f.Value, $"{path}/properties/{f.Name}", isInList))
                    : DefaultsInLists(p.Value, $"{path}/{p.Name}", isInList || p.Name is "items")
            )
            .Concat(here);
    }

    private static IEnumerable<string> Patterns(JsonElement schema) =>
        schema.ValueKind switch
        {
            JsonValueKind.Object => schema
                .EnumerateObject()
                .SelectMany(p =>
                    p is { Name: "pattern", Value.ValueKind: JsonValueKind.String }
                        ? [p.Value.GetString()!]
                        : Patterns(p.Value)
                ),
            JsonValueKind.Array => schema.EnumerateArray().SelectMany(Patterns),
            _ => [],
        };
}
