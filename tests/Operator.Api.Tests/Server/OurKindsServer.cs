using System.Text.Json;
using Operator.Testing;

namespace Operator.Api.Tests;

/// <summary>The CRD server with our kinds, one for all test classes that need it. Without the server the tests are skipped.</summary>
[CollectionDefinition(Shared)]
public sealed class OurKindsServer : IAsyncLifetime, ICollectionFixture<OurKindsServer>
{
    public const string Shared = "CRD server";
    private CrdServer? _server;

    public async ValueTask InitializeAsync()
    {
        _server = await CrdServer.StartAsync("api-tests");
        if (_server.Endpoint is null)
        {
            return;
        }
        foreach (var crd in Crd.All)
        {
            var probe = Manifests.Read(A.FullJson(crd.Kind).ToJsonString())[0].Root;
            await _server.InstallAsync(crd.NewerJson, probe, TestContext.Current.CancellationToken);
        }
        await _server.InstallAsync(RecordCrd, Record("""{"any": 1}"""), TestContext.Current.CancellationToken);
    }

    /// <summary>The definition of the operator's own kind. Users write no objects of it, so no record of ours has its fields.</summary>
    internal static JsonElement RecordCrd => Manifests.Read(Repository.Read("crds/syncrecords.yaml"))[0].Root;

    internal static JsonElement Record(string data) =>
        JsonElement.Parse(
            $$$"""
            {"apiVersion": "{{{ApiGroup.ApiVersion}}}", "kind": "{{{ApiGroup.RecordKind}}}", "metadata": {"name": "a"}, "data": {{{data}}}}
            """
        );

    public ValueTask DisposeAsync() => _server!.DisposeAsync(); // InitializeAsync sets it

    internal Task<ServerAnswer> TryAsync(JsonElement item) =>
        Present().TryAsync(item, TestContext.Current.CancellationToken);

    internal Task<ServerAnswer> TryEditAsync(JsonElement item, JsonElement edited) =>
        Present().TryEditAsync(item, edited, TestContext.Current.CancellationToken);

    internal Task<ServerAnswer> TryDefinitionAsync(JsonElement crd) =>
        Present().TryDefinitionAsync(crd, TestContext.Current.CancellationToken);

    private CrdServer Present()
    {
        Assert.SkipWhen(_server!.Endpoint is null, _server.WhyNot); // InitializeAsync sets it
        return _server;
    }
}
