using System.Collections.Immutable;
using System.Text.Json;
using Operator.Testing;

namespace Operator.Api.Tests;

public sealed class UnknownFieldsTests
{
    private const string LastApplied = "kubectl.kubernetes.io/last-applied-configuration";

    [Theory]
    [InlineData("""{"spec":{"flows":[{"shedule":"x"}]}}""", "spec.flows[0].shedule", "did you mean schedule?")]
    [InlineData("""{"spec":{"Suspend":true}}""", "spec.Suspend", "did you mean suspend?")]
    [InlineData(
        """{"spec":{"sync":{"env":[{},{"valuefrom":{}}]}}}""",
        "spec.sync.env[1].valuefrom",
        "did you mean valueFrom?"
    )]
    [InlineData(
        """{"spec":{"sync":{"securityContext":{}}}}""",
        "spec.sync.securityContext",
        "remove it; the cluster would drop it"
    )]
    [InlineData("""{"spce":{}}""", "spce", "did you mean spec?")]
    [InlineData(
        """{"spec":{"sync":{"resources":{"request":{}}}}}""",
        "spec.sync.resources.request",
        "did you mean requests?"
    )]
    public void Misspelt_field_is_found_with_what_was_meant(string json, string path, string hint)
    {
        var finding = Assert.Single(Find(json, ApiGroup.ConnectorKind));

        Assert.Equal(path, finding.Path);
        Assert.Contains(hint, finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_are_there_are_none()
    {
        Assert.Empty(Find(A.FullConnectorJson().ToJsonString(), ApiGroup.ConnectorKind));
        Assert.Empty(Find(A.FullRolloutJson().ToJsonString(), ApiGroup.RolloutKind));
    }

    [Fact]
    public void Metadata_status_and_free_maps_are_left_alone()
    {
        const string json = """
            {"metadata":{"whatever":1},"status":{"x":1},"spec":{"stores":[{"parameters":{"x":"1"}}],"sync":{"resources":{"limits":{"x":1}}}}}
            """;

        Assert.Empty(Find(json, ApiGroup.ConnectorKind));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("""{"spec":null}""")]
    [InlineData("""{"spec":{"flows":{},"sync":[]}}""")]
    public void Strange_json_is_no_reason_to_throw(string json)
    {
        Assert.Empty(Find(json, ApiGroup.ConnectorKind));
    }

    [Fact]
    public void What_kubectl_applied_is_compared_with_the_kind()
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [LastApplied] = """{"kind":"SyncRollout","spec":{"steps":[{"store":"5%"}]}}""",
        };

        var found = UnknownFields.InLastApplied(annotations, ApiGroup.RolloutKind);

        Assert.Equal("spec.steps[0].store (there is no such field; did you mean stores?)", Assert.Single(found));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    public void Unreadable_annotation_is_ignored(string applied)
    {
        var annotations = new Dictionary<string, string>(StringComparer.Ordinal) { [LastApplied] = applied };

        Assert.Empty(UnknownFields.InLastApplied(annotations, ApiGroup.ConnectorKind));
    }

    [Fact]
    public void Without_the_annotation_nothing_is_found()
    {
        Assert.Empty(
            UnknownFields.InLastApplied(new Dictionary<string, string>(StringComparer.Ordinal), ApiGroup.ConnectorKind)
        );
    }

    [Theory]
    [InlineData("""{"spec":{"suspend":"true"}}""", "spec.suspend: is the text 'true', must be true or false")]
    [InlineData(
        """{"spec":{"sync":{"runAsUser":"1000"}}}""",
        "spec.sync.runAsUser: is the text '1000', must be a whole number"
    )]
    [InlineData(
        """{"spec":{"flows":[{"maxStoresPerRun":1.5}]}}""",
        "spec.flows[0].maxStoresPerRun: is the number 1.5, must be a whole number"
    )]
    [InlineData(
        """{"spec":{"flows":[{"maxStoresPerRun":3000000000}]}}""",
        "spec.flows[0].maxStoresPerRun: is the number 3000000000, must be a whole number"
    )]
    [InlineData("""{"spec":{"stores":{}}}""", "spec.stores: is a map, must be a list")]
    [InlineData("""{"spec":{"stores":[null]}}""", "spec.stores[0]: has no value; fill it in or remove the field")]
    [InlineData(
        """{"spec":{"stores":[{"parameters":{"a":1}}]}}""",
        "spec.stores[0].parameters.a: is the number 1, must be a text"
    )]
    [InlineData(
        """{"spec":{"sync":{"resources":{"limits":{"cpu":0.5}}}}}""",
        "spec.sync.resources.limits.cpu: is the number 0.5, must be a text"
    )]
    [InlineData("""{"spec":{"sync":{"image":false}}}""", "spec.sync.image: is the boolean false, must be a text")]
    [InlineData("""{"spec":"x"}""", "spec: is the text 'x', must be a map of fields")]
    public void Value_of_another_kind_is_found(string json, string finding)
    {
        using var document = JsonDocument.Parse(json);

        var found = JsonShape.WrongKinds(document.RootElement, ApiGroup.ConnectorKind);

        Assert.Equal(finding, Assert.Single(found).ToString());
    }

    private static ImmutableArray<Finding> Find(string json, string kind)
    {
        using var document = JsonDocument.Parse(json);
        return UnknownFields.In(document.RootElement, kind);
    }
}
