using System.Text.Json;
using Operator.Testing;

namespace Operator.Api.Tests;

/// <summary>Sends manifests to the newest API server with our CRDs: it accepts the good and refuses the bad.</summary>
[Collection(OurKindsServer.Shared)]
public sealed class CrdServerTests(OurKindsServer server)
{
    public static TheoryData<string> Bad => [.. ManifestSamples.BadFiles];
    public static TheoryData<string> Kinds => [.. Crd.All.Select(c => c.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Both_forms_of_a_crd_are_accepted(string kind)
    {
        var crd = Crd.Of(kind);

        var plain = await server.TryDefinitionAsync(crd.Json);
        var newer = await server.TryDefinitionAsync(crd.NewerJson);

        Assert.True(plain.IsSuccess, plain.Message);
        Assert.True(newer.IsSuccess, newer.Message);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Object_with_every_field_set_is_accepted_and_looks_unfinished(string kind)
    {
        var answer = await server.TryAsync(Manifests.Read(A.FullJson(kind).ToJsonString())[0].Root);

        Assert.True(answer.IsSuccess, answer.Message);
        Assert.Equal(-1, answer.Json.GetProperty("status").GetProperty("observedGeneration").GetInt32());
    }

    [Fact]
    public async Task Server_fills_in_the_defaults_that_the_records_have()
    {
        var answer = await server.TryAsync(
            Manifests
                .Read(
                    """
                    apiVersion: marketplace-operator.io/v1alpha1
                    kind: SyncRollout
                    metadata: {name: a}
                    spec: {connectorRef: {name: b}, steps: [{stores: 1}]}
                    """
                )[0]
                .Root
        );

        Assert.True(answer.IsSuccess, answer.Message);
        var spec = answer.Json.GetProperty("spec");
        Assert.Equal(
            """{"control":"50%","falseAbortRate":"1%","maxErrorRate":"2%","maxIncrease":"50%","maxVolumeDrop":"50%"}""",
            spec.GetProperty("analysis").GetRawText()
        );
        Assert.Equal("Drain", spec.GetProperty("inFlight").GetString());
        // What the user wrote can be refused, so the server must not write it for him.
        Assert.Equal("{}", spec.GetProperty("evidence").GetRawText());
        Assert.Equal("""{"onDeadline":"Hold"}""", spec.GetProperty("deadlines").GetRawText());
    }

    /// <summary>In a list the server fills in nothing, so the list stays as its owner wrote it.</summary>
    [Fact]
    public async Task Lists_stay_as_they_were_written()
    {
        foreach (var document in ManifestSamples.GoodFiles.SelectMany(ManifestSamples.OfOurKinds))
        {
            var answer = await server.TryAsync(document.Root);

            Assert.True(answer.IsSuccess, answer.Message);
            Assert.Empty(ChangedLists(document.Root.GetProperty("spec"), answer.Json.GetProperty("spec"), "spec"));
        }
    }

    /// <summary>What <c>lint</c> takes for granted; see <see cref="ServerNulls"/>.</summary>
    [Fact]
    public async Task Null_is_dropped_but_for_the_stores_of_an_action()
    {
        var written = Manifests
            .Read(
                """
                apiVersion: marketplace-operator.io/v1alpha1
                kind: MarketplaceConnector
                metadata: {name: a}
                spec:
                  marketplace: Amazon
                  suspend: null
                  sync: {image: "a/b:1", nodeSelector: {zone: null}, command: null}
                  credentials: null
                  stores: [{name: a, sites: null, parameters: {x: null}}]
                  flows: [{name: orders, schedule: "*/5 * * * *", timeout: null, uses: null}]
                ---
                apiVersion: marketplace-operator.io/v1alpha1
                kind: SyncAction
                metadata: {name: a}
                spec: {targetRef: {kind: MarketplaceConnector, name: a}, action: Suspend, flow: null, stores: null}
                """
            )
            .Select(d => d.Root)
            .ToList();

        foreach (var item in written)
        {
            var answer = await server.TryAsync(item);

            Assert.True(answer.IsSuccess, answer.Message);
            var kind = item.GetProperty("kind").GetString()!; // both have one
            var dropped = ServerNulls.Drop(item, kind).GetProperty("spec");
            Assert.Empty(Missing(dropped, answer.Json.GetProperty("spec"), "spec"));
            Assert.Equal(
                kind == ApiGroup.ActionKind ? ["spec.stores"] : [],
                Nulls(answer.Json.GetProperty("spec"), "spec")
            );
        }
    }

    /// <summary>Repointed, it would carry one connector's history to another.</summary>
    [Theory]
    [InlineData("other", 1, false)]
    [InlineData("b", 2, true)]
    public async Task A_rollout_keeps_its_connector_and_may_change_its_steps(string name, int stores, bool isAccepted)
    {
        var answer = await server.TryEditAsync(Rollout("b", 1), Rollout(name, stores));

        Assert.Equal(isAccepted, answer.IsSuccess);
        Assert.Equal(!isAccepted, answer.Message.Contains("connectorRef can't be changed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("falseAbortRate", "0.1%", true)]
    [InlineData("falseAbortRate", "10%", true)]
    [InlineData("falseAbortRate", "0.0999%", false)]
    [InlineData("falseAbortRate", "10.0001%", false)]
    [InlineData("control", "0%", true)]
    [InlineData("control", "0.0%", true)]
    [InlineData("control", "10%", true)]
    [InlineData("control", "90%", true)]
    [InlineData("control", "9.9%", false)]
    [InlineData("control", "100%", false)]
    public async Task The_server_takes_the_limits_that_the_rules_take(string limit, string value, bool isAccepted)
    {
        var rollout = A.FullRolloutJson();
        rollout["spec"]!["analysis"]![limit] = value;

        var answer = await server.TryAsync(Manifests.Read(rollout.ToJsonString())[0].Root);

        Assert.Equal(isAccepted, answer.IsSuccess);
        Assert.Equal(
            isAccepted,
            RolloutRules.Check(rollout.Deserialize(ApiJson.Default.SyncRollout)!).All(f => f.IsAdvice)
        );
    }

    [Fact]
    public async Task Examples_are_accepted()
    {
        foreach (var file in ManifestSamples.GoodFiles)
        {
            foreach (var document in ManifestSamples.OfOurKinds(file))
            {
                var answer = await server.TryAsync(document.Root);
                Assert.True(answer.IsSuccess, $"{file}: {answer.Message}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Bad_input_is_refused_by_whom_it_says(string file)
    {
        var bad = ManifestSamples.ReadBad(file);

        var answer = await server.TryAsync(bad.Document.Root);

        Assert.Equal(bad.IsRefusedByServer, !answer.IsSuccess);
        if (bad.IsRefusedByServer)
        {
            Assert.Contains(bad.Expected, answer.Message, StringComparison.Ordinal);
        }
    }

    private static JsonElement Rollout(string connector, int stores) =>
        Manifests
            .Read(
                $$"""
                apiVersion: marketplace-operator.io/v1alpha1
                kind: SyncRollout
                metadata: {name: edited, namespace: default}
                spec: {connectorRef: {name: {{connector}}}, steps: [{stores: {{stores}}}]}
                """
            )[0]
            .Root;

    private static IEnumerable<string> ChangedLists(JsonElement written, JsonElement stored, string path) =>
        written.ValueKind switch
        {
            JsonValueKind.Object => written
                .EnumerateObject()
                .SelectMany(p => ChangedLists(p.Value, stored.GetProperty(p.Name), $"{path}.{p.Name}")),
            JsonValueKind.Array when !JsonElement.DeepEquals(written, stored) => [path],
            _ => [],
        };

    /// <summary>Fields of the expected object that the server does not have, or has otherwise.</summary>
    private static IEnumerable<string> Missing(JsonElement expected, JsonElement stored, string path) =>
        expected.ValueKind == JsonValueKind.Object && stored.ValueKind == JsonValueKind.Object
            ? expected
                .EnumerateObject()
                .SelectMany(p =>
                    stored.TryGetProperty(p.Name, out var value)
                        ? Missing(p.Value, value, $"{path}.{p.Name}")
                        : [$"{path}.{p.Name}"]
                )
        : JsonElement.DeepEquals(expected, stored) ? []
        : [path];

    private static IEnumerable<string> Nulls(JsonElement item, string path) =>
        item.ValueKind switch
        {
            JsonValueKind.Null => [path],
            JsonValueKind.Object => item.EnumerateObject().SelectMany(p => Nulls(p.Value, $"{path}.{p.Name}")),
            JsonValueKind.Array => item.EnumerateArray().SelectMany((v, i) => Nulls(v, $"{path}[{i}]")),
            _ => [],
        };
}
