using System.Text.Json;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>The server's rules for one kind, from a CustomResourceDefinition or from Kubernetes itself.</summary>
public sealed record ResourceKind(ResourceType Type, string Kind)
{
    public bool IsNamespaced { get; init; } = true;

    /// <summary>The kind has a status subresource: only <c>/status</c> writes the status, and it writes nothing else.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Whether <c>metadata.generation</c> counts the changes of the spec.</summary>
    public bool TracksGeneration { get; init; }

    /// <summary>Whether a PUT without a resourceVersion replaces the stored object. False: the server refuses the PUT.</summary>
    public bool MayReplaceBlindly { get; init; }

    /// <summary>Whether a PUT creates a missing object.</summary>
    public bool IsCreatedByReplace { get; init; }

    /// <summary>Whether a deletion waits for the object's grace period. True only for pods.</summary>
    public bool HasGrace { get; init; }

    /// <summary>A CustomResourceDefinition defines the kind. Only list items of custom kinds have kind and apiVersion.</summary>
    public bool IsCustom { get; init; }

    /// <summary>The schema's default for a missing status; null: no default.</summary>
    public JsonElement? DefaultStatus { get; init; }

    public string ApiVersion => Type.Group.Length == 0 ? Type.Version : $"{Type.Group}/{Type.Version}";

    /// <summary>The resource's name in messages: <c>pods</c>, <c>leases.coordination.k8s.io</c>.</summary>
    internal string Resource => Type.Group.Length == 0 ? Type.Plural : $"{Type.Plural}.{Type.Group}";

    /// <summary>The kind's name in messages about invalid objects.</summary>
    internal string QualifiedKind => Type.Group.Length == 0 ? Kind : $"{Kind}.{Type.Group}";
}

/// <summary>The kinds that a new <see cref="FakeCluster"/> serves.</summary>
public static class ResourceKinds
{
    private const string OurGroup = "marketplace-operator.io";
    private const string OurVersion = "v1alpha1";

    public static ResourceKind Pods { get; } =
        new(CoreTypes.Pods, "Pod")
        {
            HasStatus = true,
            MayReplaceBlindly = true,
            HasGrace = true,
        };

    public static ResourceKind ConfigMaps { get; } =
        new(CoreTypes.ConfigMaps, "ConfigMap") { MayReplaceBlindly = true };
    public static ResourceKind Secrets { get; } =
        new(new ResourceType("", "v1", "secrets"), "Secret") { MayReplaceBlindly = true };

    public static ResourceKind ServiceAccounts { get; } =
        new(CoreTypes.ServiceAccounts, "ServiceAccount") { MayReplaceBlindly = true };

    public static ResourceKind Namespaces { get; } =
        new(CoreTypes.Namespaces, "Namespace")
        {
            IsNamespaced = false,
            HasStatus = true,
            MayReplaceBlindly = true,
        };

    public static ResourceKind Leases { get; } = new(CoreTypes.Leases, "Lease") { IsCreatedByReplace = true };
    public static ResourceKind Events { get; } =
        new(CoreTypes.Events, "Event") { MayReplaceBlindly = true, IsCreatedByReplace = true };

    public static ResourceKind Connectors { get; } = Ours("MarketplaceConnector", "marketplaceconnectors");
    public static ResourceKind Rollouts { get; } = Ours("SyncRollout", "syncrollouts");

    public static ResourceKind Actions { get; } = Ours("SyncAction", "syncactions");

    /// <summary>Has no status and any content below <c>data</c>.</summary>
    public static ResourceKind Records { get; } =
        Ours("SyncRecord", "syncrecords") with
        {
            HasStatus = false,
            DefaultStatus = null,
        };

    internal static IEnumerable<ResourceKind> All =>
        [
            Pods,
            ConfigMaps,
            Secrets,
            ServiceAccounts,
            Namespaces,
            Leases,
            Events,
            Connectors,
            Rollouts,
            Actions,
            Records,
        ];

    /// <summary>One of the operator's own kinds, as defined by the CRDs in <c>crds/</c>.</summary>
    public static ResourceKind Ours(string kind, string plural) =>
        new(new ResourceType(OurGroup, OurVersion, plural), kind)
        {
            HasStatus = true,
            TracksGeneration = true,
            IsCustom = true,
            DefaultStatus = JsonElement.Parse("""{"observedGeneration":-1}"""),
        };
}
