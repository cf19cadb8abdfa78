using System.Text;
using System.Text.Json;

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
