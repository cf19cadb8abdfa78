using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Operator.Runtime;

/// <summary>
/// Sends requests with the current credentials. After a certificate change, new connections use the new certificate. A request
/// that failed with outdated credentials is sent once more; the server did not execute the first one.
/// </summary>
internal sealed class ClusterHandler(KubeEndpoint endpoint) : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private Connections? _current;

    private sealed record TlsTexts(string? Authorities, string? Certificate, string? Key);

    private sealed record Connections(TlsTexts Texts, HttpMessageInvoker Invoker);

    private sealed record Credentials(TlsTexts Tls, AuthenticationHeaderValue? Authorization);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var credentials = await ReadAsync(ct);
        try
        {
            var response = await SendAsync(request, credentials, ct);
            if (response.StatusCode != HttpStatusCode.Unauthorized || await ReadAsync(ct) == credentials)
            {
                return response;
            }
            response.Dispose();
        }
        // The TLS handshake failed, so no request was sent.
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            if (await ReadAsync(ct) == credentials)
            {
                throw;
            }
        }
        return await SendAsync(request, await ReadAsync(ct), ct);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Invoker.Dispose();
        }
        base.Dispose(disposing);
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        Credentials credentials,
        CancellationToken ct
    )
    {
        request.Headers.Authorization = credentials.Authorization;
        // SocketsHttpHandler checks the certificate against the Host header; it ignores a name in the TLS options.
        request.Headers.Host = endpoint.TlsServerName;
        return InvokerFor(credentials.Tls).SendAsync(request, ct);
    }

    private async Task<Credentials> ReadAsync(CancellationToken ct)
    {
        var tls = new TlsTexts(
            endpoint.Authorities?.Read(),
            endpoint.ClientCertificate?.Read(),
            endpoint.ClientKey?.Read()
        );
        var authorization =
            endpoint.Token is { } token ? new AuthenticationHeaderValue("Bearer", token.Read().Trim())
            : endpoint.TokenProvider is { } provider ? await provider.GetAuthenticationHeaderAsync(ct)
            : null;
        return new Credentials(tls, authorization);
    }

    /// <summary>Does not close connections with old credentials: watches may still use them.</summary>
    private HttpMessageInvoker InvokerFor(TlsTexts texts)
    {
        lock (_gate)
        {
            if (_current is null || _current.Texts != texts)
            {
                _current = new Connections(texts, new HttpMessageInvoker(Handler(texts)));
            }
            return _current.Invoker;
        }
    }

    private static SocketsHttpHandler Handler(TlsTexts texts) =>
        new()
        {
            AutomaticDecompression = DecompressionMethods.GZip,
            EnableMultipleHttp2Connections = true,
            // Detects a lost peer while a watch has no events.
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            SslOptions = TlsOptions(texts),
        };

    /// <summary>Trusts only the cluster's own certificate authorities. The framework checks the host name.</summary>
    private static SslClientAuthenticationOptions TlsOptions(TlsTexts texts)
    {
        var options = new SslClientAuthenticationOptions();
        if (texts.Authorities is { } authorities)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPem(authorities);
            options.CertificateChainPolicy = policy;
        }
        if (texts is { Certificate: { } certificate, Key: { } key })
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(certificate);
            options.ClientCertificateContext = SslStreamCertificateContext.Create(
                X509Certificate2.CreateFromPem(certificate, key),
                chain,
                offline: true
            );
        }
        return options;
    }
}
