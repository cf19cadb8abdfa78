using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>The manifest of an action, as a user writes it.</summary>
public sealed record ActionManifest
{
    public string Name { get; init; } = "";
    public string Connector { get; init; } = "shop";
    public string Action { get; init; } = "RunNow";
    public ImmutableArray<string> Stores { get; init; } = [];
    public string Reason { get; init; } = "a test";

    public string Yaml() =>
        $$"""
            apiVersion: marketplace-operator.io/v1alpha1
            kind: SyncAction
            metadata: {name: {{Name}}}
            spec:
              targetRef: {kind: MarketplaceConnector, name: {{Connector}}}
              action: {{Action}}
              reason: "{{Reason}}"{{StoresLine}}
            """;

    /// <summary>An empty list is left out, because the API server refuses it.</summary>
    private string StoresLine => Stores.IsEmpty ? "" : $"\n  stores: [{string.Join(", ", Stores)}]";
}
