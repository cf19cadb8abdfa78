using System.Text.Json;
using Operator.Testing;

namespace Operator.Api.Tests;

/// <summary>The CRD server with our kinds, one for each test class. Without the server the tests are skipped.</summary>
public sealed class OurKindsServer : IAsyncLifetime
{
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
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync(); // InitializeAsync sets it

    internal Task<ServerAnswer> TryAsync(JsonElement item) =>
        Present().TryAsync(item, TestContext.Current.CancellationToken);

    internal Task<ServerAnswer> TryDefinitionAsync(JsonElement crd) =>
        Present().TryDefinitionAsync(crd, TestContext.Current.CancellationToken);

    private CrdServer Present()
    {
        Assert.SkipWhen(_server!.Endpoint is null, _server.WhyNot); // InitializeAsync sets it
        return _server;
    }
}
