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

    public string Evidence { get; init; } = "{minRuns: 2, minItems: 4, minStores: 2}";
    public string Analysis { get; init; } = "{maxErrorRate: \"5%\"}";
    public string OnFailure { get; init; } = "Rollback";
    public string InFlight { get; init; } = "Drain";
    public string Deadlines { get; init; } = "{}";

    public string Yaml() =>
        $$"""
            apiVersion: marketplace-operator.io/v1alpha1
            kind: SyncRollout
            metadata: {name: {{Name}}}
            spec:
              connectorRef: {name: {{Connector}}}
              steps: [{{string.Join(", ", Steps.Select(Step))}}]
              evidence: {{Evidence}}
              analysis: {{Analysis}}
              onFailure: {{OnFailure}}
              inFlight: {{InFlight}}
              deadlines: {{Deadlines}}
            """;

    private static string Step((string Stores, string MinDuration) step) =>
        $"{{stores: \"{step.Stores}\", minDuration: {step.MinDuration}}}";
}
