using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// A real webhook for the pods of one namespace, like that of a policy engine (validating) or a service mesh (mutating). It has
/// <c>failurePolicy: Fail</c>; the test serves it over TLS.
/// </summary>
internal sealed class AdmissionWebhook : IAsyncDisposable
{
    private static readonly JsonSerializerOptions WithoutNulls = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Kube _kube;
    private readonly string _name;
    private readonly string _kind;
    private readonly TlsServer _server;

    private AdmissionWebhook(Kube kube, string name, string kind, TlsServer server)
    {
        _kube = kube;
        _name = name;
        _kind = kind;
        _server = server;
        server.Answer = ReviewAsync;
    }

    /// <summary>The reason for which pods are denied; null: pods are allowed.</summary>
    public string? Denial { get; set; }

    /// <summary>The JSON patch of each created pod, of a mutating webhook only; null: pods stay as they are.</summary>
    public string? Patch { get; private init; }

    public static Task<AdmissionWebhook> StartAsync(Kube kube, string host, string ns, CancellationToken ct) =>
        StartAsync(kube, host, server => new AdmissionWebhook(kube, ns, "Validating", server), ct);

    /// <summary>A webhook that changes each created pod.</summary>
    public static Task<AdmissionWebhook> StartMutatingAsync(
        Story story,
        string host,
        string patch,
        CancellationToken ct
    ) =>
        StartAsync(
            story.Kube,
            host,
            server => new AdmissionWebhook(story.Kube, story.Namespace, "Mutating", server) { Patch = patch },
            ct
        );

    private static async Task<AdmissionWebhook> StartAsync(
        Kube kube,
        string host,
        Func<TlsServer, AdmissionWebhook> make,
        CancellationToken ct
    )
    {
        using var authority = new TestAuthority("webhooks");
        var server = await TlsServer.StartAsync(IPAddress.Parse(host), authority.Issue(host), ct);
        var webhook = make(server);
        await kube.KubectlAsync(ct, "label", "namespace", webhook._name, $"reviewed={webhook._name}");
        await webhook.RegisterAsync(authority.Pem, ct);
        return webhook;
    }

    /// <summary>Stops the web server but keeps the registration, so the API server still calls the webhook.</summary>
    public Task StopAnsweringAsync(CancellationToken ct) => _server.StopAsync(ct);

    public async Task UnregisterAsync(CancellationToken ct)
    {
        string[] registration = [$"{_kind}WebhookConfiguration", _name, "--ignore-not-found"];
        await _kube.KubectlAsync(ct, ["delete", .. registration]);
    }

    public async ValueTask DisposeAsync()
    {
        await UnregisterAsync(CancellationToken.None); // a cancelled test cleans up too
        await _server.DisposeAsync();
    }

    private Task<string> RegisterAsync(string authority, CancellationToken ct) =>
        _kube.ApplyAsync(
            "default",
            $$"""
            apiVersion: admissionregistration.k8s.io/v1
            kind: {{_kind}}WebhookConfiguration
            metadata: {name: {{_name}}}
            webhooks:
            - name: sundays.example.com
              clientConfig: {url: "{{new Uri(_server.Url, "review")}}", caBundle: {{Convert.ToBase64String(
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
                patchType = Patch is null ? null : "JSONPatch",
                patch = Patch is { } patch ? Encoding.UTF8.GetBytes(patch) : null,
            },
        };
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(JsonSerializer.Serialize(answer, WithoutNulls), context.RequestAborted);
    }
}
