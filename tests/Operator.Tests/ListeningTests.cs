using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Operator.Hosting;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>The HTTP port, for kubelets and Prometheus in clusters of either kind.</summary>
public sealed class ListeningTests
{
    [Fact]
    public async Task The_program_answers_on_IPv4_and_on_IPv6()
    {
        Assert.SkipUnless(IPv6.IsThere, IPv6.WhyNot);
        var ct = TestContext.Current.CancellationToken;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => Wiring.Listen(kestrel, port: 0));
        await using var app = builder.Build();
        app.Run(context => context.Response.WriteAsync("ok", ct));
        await app.StartAsync(ct);
        var port = new Uri(app.Urls.Single()).Port;

        using var http = new HttpClient();
        foreach (var host in new[] { "127.0.0.1", "[::1]" })
        {
            Assert.Equal("ok", await http.GetStringAsync(new Uri($"http://{host}:{port}/livez"), ct));
        }
    }
}
