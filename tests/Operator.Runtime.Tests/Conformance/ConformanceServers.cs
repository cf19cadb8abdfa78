using Operator.Runtime.Tests.Conformance;

[assembly: AssemblyFixture(typeof(ConformanceServers))]

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Opens worlds on the back ends, and skips a test whose back end is missing. Each server starts once, at its first use.</summary>
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
