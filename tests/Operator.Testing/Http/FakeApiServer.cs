using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Operator.Testing;

/// <summary>
/// Serves a <see cref="FakeCluster"/> over HTTP on loopback, with the paths and queries of the real API, for the real client.
/// The product in the user agent identifies the client.
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

    /// <summary>Faults in the server. Clients see them as HTTP statuses, or as a broken connection.</summary>
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

    /// <summary>Adds a rule for network faults; the first fault returned counts. Dispose the result to remove the rule.</summary>
    public IDisposable OnTheWire(Func<WireRequest, WireFault?> rule) => _door.AddFault(rule);

    /// <summary>The next request that matches gets the fault, once.</summary>
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
        // A normal stop waits for open watches.
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }
}
