using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>The manifest of a rollout, as a user writes it.</summary>
public sealed record RolloutManifest
{
    public string Connector { get; init; } = "";
    public string Name => Connector;

    /// <summary>With 20 stores the steps have 2, 10 and 20 stores.</summary>
    public ImmutableArray<(string Stores, string MinDuration)> Steps { get; init; } =
    [("10%", "10s"), ("50%", "15s"), ("100%", "0s")];

    public string Yaml() =>
        $$"""
            apiVersion: marketplace-operator.io/v1alpha1
            kind: SyncRollout
            metadata: {name: {{Name}}}
            spec:
              connectorRef: {name: {{Connector}}}
              steps: [{{string.Join(", ", Steps.Select(Step))}}]
              evidence: {minRuns: 2, minItems: 4, minStores: 2}
              analysis: {maxErrorRate: "5%"}
            """;

    private static string Step((string Stores, string MinDuration) step) =>
        $"{{stores: \"{step.Stores}\", minDuration: {step.MinDuration}}}";
}
