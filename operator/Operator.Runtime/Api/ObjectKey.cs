namespace Operator.Runtime;

/// <summary>Namespace and name: the key of queues and caches. The namespace of a cluster-wide object is empty.</summary>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}/{Name}";
}

/// <summary>A resource of the API server, with the plural name that its paths use.</summary>
public sealed record ResourceType(string Group, string Version, string Plural)
{
    /// <summary>The path of a collection (no name), an object, or a subresource; no namespace: all namespaces.</summary>
    public string Path(string? ns = null, string? name = null, string? subresource = null)
    {
        var root = Group.Length == 0 ? $"api/{Version}" : $"apis/{Group}/{Version}";
        var scope = string.IsNullOrEmpty(ns) ? "" : $"/namespaces/{Uri.EscapeDataString(ns)}";
        var item = name is null ? "" : $"/{Uri.EscapeDataString(name)}";
        var sub = subresource is null ? "" : $"/{subresource}";
        return $"{root}{scope}/{Plural}{item}{sub}";
    }

    /// <summary>The path of one object.</summary>
    /// <exception cref="ArgumentException">The name is empty: the path would be the path of the collection.</exception>
    internal string Path(ObjectKey key, string? subresource = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(key.Name, nameof(key));
        return Path(key.Namespace, key.Name, subresource);
    }
}

/// <summary>The built-in Kubernetes resources that the runtime uses.</summary>
public static class CoreTypes
{
    public static ResourceType Pods { get; } = new("", "v1", "pods");
    public static ResourceType ConfigMaps { get; } = new("", "v1", "configmaps");
    public static ResourceType ServiceAccounts { get; } = new("", "v1", "serviceaccounts");
    public static ResourceType Namespaces { get; } = new("", "v1", "namespaces");
    public static ResourceType Leases { get; } = new("coordination.k8s.io", "v1", "leases");
    public static ResourceType Events { get; } = new("events.k8s.io", "v1", "events");
}
