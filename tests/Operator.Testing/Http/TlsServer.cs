using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Operator.Testing;

/// <summary>A request that the server received.</summary>
public sealed record Arrival(
    string Method,
    string Path,
    string? Authorization,
    string? ClientName,
    string UserAgent,
    string Protocol
);

/// <summary>A real HTTPS server on a free port. Its certificate can be replaced while it runs.</summary>
public sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TlsServer(WebApplication app) => _app = app;

    public ConcurrentQueue<Arrival> Arrivals { get; } = new();

    public X509Certificate2? Certificate { get; set; }

    /// <summary>Answers each request. Default: an empty JSON object.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context => context.Response.WriteAsync("{}");

    public Uri Url =>
        new(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()); // it listens

    public static Task<TlsServer> StartAsync(X509Certificate2 certificate, CancellationToken ct) =>
        StartAsync(IPAddress.Loopback, certificate, ct);

    public static async Task<TlsServer> StartAsync(IPAddress host, X509Certificate2 certificate, CancellationToken ct)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        TlsServer? server = null;
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(
                host,
                port: 0,
                listen =>
                    listen.UseHttps(https =>
                    {
                        https.ServerCertificateSelector = (_, _) => server!.Certificate;
                        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                        https.AllowAnyClientCertificate();
                    })
            )
        );
        server = new TlsServer(builder.Build()) { Certificate = certificate };
        server._app.Run(server.RespondAsync);
        await server._app.StartAsync(ct);
        return server;
    }

    /// <summary>Stops the server. Later requests get no answer.</summary>
    public Task StopAsync(CancellationToken ct) => _app.StopAsync(ct);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task RespondAsync(HttpContext context)
    {
        var request = context.Request;
        Arrivals.Enqueue(
            new Arrival(
                request.Method,
                request.Path,
                request.Headers.Authorization,
                context.Connection.ClientCertificate?.GetNameInfo(X509NameType.SimpleName, forIssuer: false),
                request.Headers.UserAgent.ToString(),
                request.Protocol
            )
        );
        return Answer(context);
    }
}
