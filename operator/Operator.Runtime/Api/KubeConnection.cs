using System.Net.Http.Headers;

namespace Operator.Runtime;

/// <summary>
/// Builds the HTTP client for a cluster. KubernetesClient reads kubeconfigs and runs their plugins. The HTTP handler is our own:
/// with a custom CA, the handler of KubernetesClient accepts a certificate for another host and reads CA files only once.
/// </summary>
public static class KubeConnection
{
    /// <summary>Finds the endpoint: from KUBECONFIG, else the pod's service account, else ~/.kube/config.</summary>
    public static KubeEndpoint Discover() => KubeEndpoint.Discover();

    public static KubeEndpoint FromFile(string kubeconfig) => KubeEndpoint.FromFile(kubeconfig);

    public static HttpClient Connect(KubeEndpoint endpoint, string userAgent)
    {
        var client = new HttpClient(new ClusterHandler(endpoint))
        {
            BaseAddress = new Uri(endpoint.Server.ToString().TrimEnd('/') + "/"),
            // KubeTransport applies a time limit to each call; an open watch has no limit.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd(userAgent);
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return client;
    }
}
