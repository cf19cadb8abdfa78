using Operator.Runtime.Tests.Conformance;

[assembly: AssemblyFixture(typeof(ConformanceServers))]

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Opens worlds on the back ends, and skips where one is not to be had. Servers are started once, when first asked for.</summary>
public sealed class ConformanceServers : IAsyncDisposable
{
    private readonly RealCluster _cluster = new();
    private readonly CrdServerWorlds _crdServer = new();

    internal Task<ConformanceWorld> OpenAsync(Backend backend) =>
        backend switch
        {
            Backend.FakeInProcess => Task.FromResult(FakeWorlds.InProcess()),
            Backend.FakeOverHttp => FakeWorlds.OverHttpAsync(),
            Backend.RealCluster => _cluster.OpenAsync(),
            _ => _crdServer.OpenAsync(),
        };

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _crdServer.DisposeAsync();
    }
}
