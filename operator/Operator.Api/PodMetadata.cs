namespace Operator.Api;

/// <summary>
/// Keys of labels and annotations that users cannot set on sync pods, because the operator or another tool acts on them.
/// </summary>
public static class PodMetadata
{
    /// <summary>
    /// Reserved domains and their owners. GitOps tools would treat the pods as their own and prune them; annotations of
    /// seccomp and AppArmor would weaken the restricted Pod Security Standard.
    /// </summary>
    private static readonly (string Domain, string Owner)[] Owners =
    [
        (ApiGroup.Name, "the operator"),
        ("argoproj.io", "Argo CD"),
        ("fluxcd.io", "Flux"),
        ("kubectl.kubernetes.io", "kubectl"),
        ("helm.sh", "Helm"),
        ("security.alpha.kubernetes.io", "the pods' security"),
        ("security.beta.kubernetes.io", "the pods' security"),
    ];

    /// <summary>Labels outside our domain that the operator or a GitOps tool selects by.</summary>
    private static readonly string[] ManagedLabels = ["app.kubernetes.io/managed-by", "app.kubernetes.io/instance"];

    /// <summary>The owner of the key; null when a user may set it.</summary>
    public static string? OwnerOf(string key)
    {
        if (ManagedLabels.Contains(key, StringComparer.Ordinal))
        {
            return "the operator";
        }
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var prefix = slash < 0 ? "" : key[..slash];
        return Owners.FirstOrDefault(o => IsWithin(prefix, o.Domain)).Owner;
    }

    private static bool IsWithin(string prefix, string domain) =>
        prefix == domain || prefix.EndsWith($".{domain}", StringComparison.Ordinal);
}
