using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Operator.Testing;

/// <summary>
/// A <see cref="FakeCluster"/> behind HTTP on loopback, with the paths and queries of the real API, so that the real client
/// talks to it. Clients are told apart by the product of their user agent.
/// </summary>
public sealed class FakeApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpDoor _door;

    private FakeApiServer(WebApplication app, HttpDoor door, FaultPlan faults)
    {
        _app = app;
        _door = door;
        Faults = faults;
    }

    /// <summary>What goes wrong in the server; told as HTTP statuses, or as a broken connection.</summary>
    public FaultPlan Faults { get; }

    public Uri Url =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()); // it listens

    public static async Task<FakeApiServer> StartAsync(FakeCluster cluster, TimeProvider time, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port: 0));
        var app = builder.Build();
        var faults = new FaultPlan(cluster.State.Gate);
        var door = new HttpDoor(cluster.State, faults, time);
        app.Run(door.HandleAsync);
        await app.StartAsync(ct);
        return new FakeApiServer(app, door, faults);
    }

    /// <summary>What goes wrong on the wire: the first rule that has an answer decides. Disposing takes the rule away.</summary>
    public IDisposable OnTheWire(Func<WireRequest, WireFault?> rule) => _door.AddFault(rule);

    /// <summary>The next request that it is for goes wrong, once.</summary>
    public void NextOnTheWire(WireFault fault, Func<WireRequest, bool>? isFor = null)
    {
        var isDone = 0;
        _door.AddFault(request =>
            isFor?.Invoke(request) != false && Interlocked.Exchange(ref isDone, 1) == 0 ? fault : null
        );
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        // Open watches would keep it waiting.
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }
}
