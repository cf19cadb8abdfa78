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
        Assert.Equal("""{"maxErrorRate":"2%"}""", spec.GetProperty("analysis").GetRawText());
        Assert.Equal("""{"minItems":200,"minRuns":10,"minStores":2}""", spec.GetProperty("evidence").GetRawText());
        Assert.Equal("0s", spec.GetProperty("steps")[0].GetProperty("minDuration").GetString());
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
}
