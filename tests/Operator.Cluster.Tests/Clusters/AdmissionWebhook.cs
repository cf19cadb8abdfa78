using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// A real validating webhook for the pods of one namespace, as a policy engine brings one: registered with
/// <c>failurePolicy: Fail</c>, and served by the test over TLS.
/// </summary>
internal sealed class AdmissionWebhook : IAsyncDisposable
{
    private readonly Kube _kube;
    private readonly string _name;
    private readonly WebApplication _app;

    private AdmissionWebhook(Kube kube, string name, WebApplication app)
    {
        _kube = kube;
        _name = name;
        _app = app;
    }

    /// <summary>Why pods are denied; null: they are not.</summary>
    public string? Denial { get; set; }

    public static async Task<AdmissionWebhook> StartAsync(Kube kube, string host, string ns, CancellationToken ct)
    {
        using var authority = new TestAuthority("webhooks");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var tls = new HttpsConnectionAdapterOptions { ServerCertificate = authority.Issue(host) };
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Parse(host), port: 0, l => l.UseHttps(tls)));
        var webhook = new AdmissionWebhook(kube, ns, builder.Build());
        webhook._app.Run(webhook.ReviewAsync);
        await webhook._app.StartAsync(ct);
        await kube.KubectlAsync(ct, "label", "namespace", ns, $"reviewed={ns}");
        await webhook.RegisterAsync(authority.Pem, ct);
        return webhook;
    }

    /// <summary>Nobody answers any more; the API server still asks.</summary>
    public Task StopAnsweringAsync(CancellationToken ct) => _app.StopAsync(ct);

    public async Task UnregisterAsync(CancellationToken ct)
    {
        string[] registration = ["validatingwebhookconfiguration", _name, "--ignore-not-found"];
        await _kube.KubectlAsync(ct, ["delete", .. registration]);
    }

    public async ValueTask DisposeAsync()
    {
        await UnregisterAsync(CancellationToken.None); // clean up also when cancelled
        await _app.DisposeAsync();
    }

    private Task<string> RegisterAsync(string authority, CancellationToken ct)
    {
        var url = _app
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First(); // it listens
        return _kube.ApplyAsync(
            "default",
            $$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: {name: {{_name}}}
            webhooks:
            - name: sundays.example.com
              clientConfig: {url: "{{url}}/review", caBundle: {{Convert.ToBase64String(
                Encoding.UTF8.GetBytes(authority)
            )}}}
              namespaceSelector: {matchLabels: {reviewed: "{{_name}}" } }
              rules: [{apiGroups: [""], apiVersions: [v1], resources: [pods], operations: [CREATE]}]
              failurePolicy: Fail
              timeoutSeconds: 2
              sideEffects: None
              admissionReviewVersions: [v1]
            """,
            ct
        );
    }

    private async Task ReviewAsync(HttpContext context)
    {
        using var review = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        var uid = review.RootElement.GetProperty("request").GetProperty("uid").GetString();
        var denial = Denial;
        var answer = new
        {
            apiVersion = "admission.k8s.io/v1",
            kind = "AdmissionReview",
            response = new
            {
                uid,
                allowed = denial is null,
                status = new { message = denial ?? "" },
            },
        };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(JsonSerializer.Serialize(answer), context.RequestAborted);
    }
}
