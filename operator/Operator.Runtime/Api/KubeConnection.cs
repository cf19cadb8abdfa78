using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;

namespace Operator.Runtime;

/// <summary>
/// Builds the HTTP client for a cluster. KubernetesClient reads the configuration (kubeconfig, service account, client
/// certificates, exec plugins); the handler is ours, because with a custom CA the library's accepts a certificate for another host.
/// </summary>
public static class KubeConnection
{
    /// <summary>The configuration of the environment: KUBECONFIG, the pod's service account, or ~/.kube/config.</summary>
    public static KubernetesClientConfiguration Discover() => KubernetesClientConfiguration.BuildDefaultConfig();

    public static KubernetesClientConfiguration FromFile(string kubeconfig) =>
        KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig);

    public static HttpClient Connect(KubernetesClientConfiguration configuration, string userAgent)
    {
        var client = new HttpClient(new CredentialsHandler(configuration, Handler(configuration)))
        {
            BaseAddress = new Uri(configuration.Host.TrimEnd('/') + "/"),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return client;
    }

    private static SocketsHttpHandler Handler(KubernetesClientConfiguration configuration)
    {
        var handler = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.GZip,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            ConnectTimeout = TimeSpan.FromSeconds(5),
            UseCookies = false,
            UseProxy = false,
        };
        handler.SslOptions = TlsOptions(configuration);
        return handler;
    }

    /// <summary>Trusts the cluster's own CA and no other, and checks the host's name as the framework does.</summary>
    private static SslClientAuthenticationOptions TlsOptions(KubernetesClientConfiguration configuration)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = configuration.TlsServerName };
        if (configuration.SslCaCerts is { Count: > 0 } authorities)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(authorities);
            options.CertificateChainPolicy = policy;
        }
        if (ClientCertificate(configuration) is { } certificate)
        {
            options.ClientCertificates = [certificate];
        }
        return options;
    }

    private static X509Certificate2? ClientCertificate(KubernetesClientConfiguration configuration)
    {
        var certificate = Pem(configuration.ClientCertificateData, configuration.ClientCertificateFilePath);
        var key = Pem(configuration.ClientCertificateKeyData, configuration.ClientKeyFilePath);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string? Pem(string? base64, string? path) =>
        !string.IsNullOrEmpty(base64) ? Encoding.UTF8.GetString(Convert.FromBase64String(base64))
        : !string.IsNullOrEmpty(path) ? File.ReadAllText(path)
        : null;

    /// <summary>Puts the credentials on each request; a token file is read again when its content may have changed.</summary>
    private sealed class CredentialsHandler(KubernetesClientConfiguration configuration, HttpMessageHandler inner)
        : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (configuration.TokenProvider is { } provider)
            {
                request.Headers.Authorization = await provider.GetAuthenticationHeaderAsync(cancellationToken);
            }
            else if (!string.IsNullOrEmpty(configuration.AccessToken))
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", configuration.AccessToken);
            }
            return await base.SendAsync(request, cancellationToken);
        }
    }
}
