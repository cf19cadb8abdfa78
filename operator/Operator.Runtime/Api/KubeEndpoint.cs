using k8s;
using k8s.Authentication;

namespace Operator.Runtime;

/// <summary>
/// Where an API server is and how we prove who we are. Text is read from its file at each use, so that a rotated file counts
/// from the next request on.
/// </summary>
public sealed record KubeEndpoint
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    public required Uri Server { get; init; }

    /// <summary>The name that the server's certificate must be for; null: the host of <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>The only authorities to trust, as PEM; null: those of the system.</summary>
    public TextSource? Authorities { get; init; }

    /// <summary>Our certificate, perhaps with intermediates, as PEM; goes with <see cref="ClientKey"/>.</summary>
    public TextSource? ClientCertificate { get; init; }
    public TextSource? ClientKey { get; init; }
    public TextSource? Token { get; init; }

    /// <summary>Makes tokens by running a plugin; used where there is no <see cref="Token"/>.</summary>
    public ITokenProvider? TokenProvider { get; init; }

    /// <summary>The namespace that the context or the pod is in; null when neither says.</summary>
    public string? Namespace { get; init; }

    /// <summary>The endpoint of the environment: KUBECONFIG, the pod's service account, or ~/.kube/config.</summary>
    public static KubeEndpoint Discover() => Discover(context: null);

    /// <summary>
    /// The same, by a named context of a kubeconfig. Of several files in KUBECONFIG it is the first that is there and has it: they are
    /// not merged.
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

    /// <summary>The current context of a kubeconfig file.</summary>
    /// <exception cref="NotSupportedException">It asks for a connection that does not check the server's certificate.</exception>
    public static KubeEndpoint FromFile(string kubeconfig) => FromFile(kubeconfig, context: null);

    /// <summary>A context of a kubeconfig file; null: the current one.</summary>
    /// <exception cref="NotSupportedException">It asks for a connection that does not check the server's certificate.</exception>
    public static KubeEndpoint FromFile(string kubeconfig, string? context)
    {
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig, context);
        if (configuration.SkipTlsVerify)
        {
            throw new NotSupportedException(
                $"{kubeconfig} says insecure-skip-tls-verify: give the cluster's certificate-authority instead"
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

    /// <summary>The library reads a CA file once; from its model of the file we know where to read it again.</summary>
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
