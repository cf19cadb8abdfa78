using System.Net.Http.Headers;

namespace Operator.Runtime;

/// <summary>
/// Builds the HTTP client for a cluster. KubernetesClient reads kubeconfigs and runs their plugins; the handler is ours, because
/// with a custom CA the library's accepts a certificate for another host, and reads CA files only once.
/// </summary>
public static class KubeConnection
{
    /// <summary>The endpoint of the environment: KUBECONFIG, the pod's service account, or ~/.kube/config.</summary>
    public static KubeEndpoint Discover() => KubeEndpoint.Discover();

    public static KubeEndpoint FromFile(string kubeconfig) => KubeEndpoint.FromFile(kubeconfig);

    public static HttpClient Connect(KubeEndpoint endpoint, string userAgent)
    {
        var client = new HttpClient(new ClusterHandler(endpoint))
        {
            BaseAddress = new Uri(endpoint.Server.ToString().TrimEnd('/') + "/"),
            // Each call has a limit of its own; a watch has none.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return client;
    }
}
