using k8s;
using k8s.Authentication;

namespace Operator.Runtime;

/// <summary>
/// The address of an API server and our credentials. A credential file is read at each use, so the next request uses a rotated
/// file.
/// </summary>
public sealed record KubeEndpoint
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    public required Uri Server { get; init; }

    /// <summary>The host name that the server's certificate must contain; null: the host of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The only certificate authorities to trust, as PEM; null: the authorities of the system.</summary>
    public TextSource? Authorities { get; init; }

    /// <summary>Our client certificate as PEM, optionally with intermediates; needs <see cref="ClientKey"/>. Null: none.</summary>
    public TextSource? ClientCertificate { get; init; }
    public TextSource? ClientKey { get; init; }
    public TextSource? Token { get; init; }

    /// <summary>Runs a plugin that returns tokens; used when <see cref="Token"/> is null.</summary>
    public ITokenProvider? TokenProvider { get; init; }

    /// <summary>The namespace of the kubeconfig context or of the pod; null when none is given.</summary>
    public string? Namespace { get; init; }

    /// <summary>Finds the endpoint: from KUBECONFIG, else the pod's service account, else ~/.kube/config.</summary>
    public static KubeEndpoint Discover() => Discover(context: null);

    /// <summary>
    /// Finds the endpoint of a kubeconfig context; null: as <see cref="Discover()"/>. If KUBECONFIG lists several files, the first
    /// existing file that has the context is used; files are not merged.
    /// </summary>
    public static KubeEndpoint Discover(string? context)
    {
        if (Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } paths)
        {
            var files = paths.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
            return FromFile(Array.Find(files, f => Has(f, context)) ?? files[0], context);
        }
        return context is null && KubernetesClientConfiguration.IsInCluster()
            ? InCluster()
            : FromFile(KubernetesClientConfiguration.KubeConfigDefaultLocation, context);
    }

    /// <summary>Reads the current context of a kubeconfig file.</summary>
    /// <exception cref="NotSupportedException">The context sets <c>insecure-skip-tls-verify</c>.</exception>
    public static KubeEndpoint FromFile(string kubeconfig) => FromFile(kubeconfig, context: null);

    /// <summary>Reads a context of a kubeconfig file; null: the current context.</summary>
    /// <exception cref="NotSupportedException">The context sets <c>insecure-skip-tls-verify</c>.</exception>
    public static KubeEndpoint FromFile(string kubeconfig, string? context)
    {
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig, context);
        if (configuration.SkipTlsVerify)
        {
            throw new NotSupportedException(
                $"cannot use {kubeconfig}: it sets insecure-skip-tls-verify; set the cluster's certificate-authority instead"
            );
        }
        return new KubeEndpoint
        {
            Server = new Uri(configuration.Host),
            Namespace = string.IsNullOrEmpty(configuration.Namespace) ? null : configuration.Namespace,
            TlsServerName = configuration.TlsServerName,
            Authorities = AuthoritiesOf(kubeconfig, configuration.CurrentContext),
            ClientCertificate = TextSource.OfEither(
                configuration.ClientCertificateData,
                configuration.ClientCertificateFilePath
            ),
            ClientKey = TextSource.OfEither(configuration.ClientCertificateKeyData, configuration.ClientKeyFilePath),
            Token = string.IsNullOrEmpty(configuration.AccessToken) ? null : new TextSource(configuration.AccessToken),
            TokenProvider = configuration.TokenProvider,
        };
    }

    private static bool Has(string kubeconfig, string? context) =>
        File.Exists(kubeconfig)
        && (
            context is null
            || KubernetesClientConfiguration.LoadKubeConfig(kubeconfig).Contexts.Any(c => Same(c.Name, context))
        );

    private static KubeEndpoint InCluster()
    {
        var host = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST");
        var port = Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT");
        return new KubeEndpoint
        {
            Server = new Uri(
                $"https://{(host?.Contains(':', StringComparison.Ordinal) == true ? $"[{host}]" : host)}:{port}"
            ),
            Authorities = TextSource.OfFile($"{ServiceAccount}/ca.crt"),
            Token = TextSource.OfFile($"{ServiceAccount}/token"),
            Namespace = File.Exists($"{ServiceAccount}/namespace")
                ? File.ReadAllText($"{ServiceAccount}/namespace").Trim()
                : null,
        };
    }

    /// <summary>The library reads a CA file only once. We take the path from the kubeconfig, to read the file at each use.</summary>
    private static TextSource? AuthoritiesOf(string kubeconfig, string context)
    {
        var model = KubernetesClientConfiguration.LoadKubeConfig(kubeconfig);
        var clusterName = model.Contexts.First(c => Same(c.Name, context)).ContextDetails.Cluster;
        var cluster = model.Clusters.First(c => Same(c.Name, clusterName)).ClusterEndpoint;
        var folder = Path.GetDirectoryName(Path.GetFullPath(kubeconfig)) ?? "/";
        return TextSource.OfEither(
            cluster.CertificateAuthorityData,
            string.IsNullOrEmpty(cluster.CertificateAuthority)
                ? null
                : Path.Combine(folder, cluster.CertificateAuthority)
        );
    }

    private static bool Same(string? one, string? other) => one == other;
}
