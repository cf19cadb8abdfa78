using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>The manifest of a connector for the example worker. Values are texts, so that a test can write wrong values.</summary>
public sealed record ConnectorManifest
{
    public string Name { get; init; } = "";
    public string Image { get; init; } = ExampleWorker.Good;
    public string PullPolicy { get; init; } = "IfNotPresent";
    public string UpdatePolicy { get; init; } = "Rollout";
    public bool Suspend { get; init; }

    /// <summary>A fault that the example worker simulates. It is an environment variable, so it is part of the revision.</summary>
    public string Fault { get; init; } = "none";

    /// <summary>Key <c>fault</c> of this ConfigMap instead of <see cref="Fault"/>; empty: none.</summary>
    public string FaultFrom { get; init; } = "";

    /// <summary>
    /// A Secret whose key <c>fault</c> names the fault, in place of <see cref="Fault"/>. Its content is no part of the revision. Empty:
    /// none.
    /// </summary>
    public string FaultSecret { get; init; } = "";

    public ImmutableArray<string> Stores { get; init; } = A.Stores(20);

    /// <summary>The Secret names of single stores, by store name.</summary>
    public ImmutableDictionary<string, string> StoreSecrets { get; init; } = ImmutableDictionary<string, string>.Empty;
    public string Schedule { get; init; } = "@every 5s";
    public string StartingDeadline { get; init; } = "40s";

    /// <summary>Long, because a busy machine starts pods slowly, and replacing pods that did not start makes it slower.</summary>
    public string StartTimeout { get; init; } = "60s";
    public string Timeout { get; init; } = "30s";
    public int MaxConcurrentRuns { get; init; } = 4;
    public int MaxStoresPerRun { get; init; } = 20;

    public string Requests { get; init; } = "{cpu: 5m, memory: 16Mi}";

    /// <summary>A line of YAML directly under spec, for fields that the schema refuses.</summary>
    public string Extra { get; init; } = "";

    /// <summary>A line of YAML directly under spec.sync.</summary>
    public string SyncExtra { get; init; } = "";

    /// <summary>Another flow as one line of YAML, such as <c>{name: prices, …}</c>; empty: none.</summary>
    public string SecondFlow { get; init; } = "";

    private string FlowLine => SecondFlow.Length == 0 ? "" : $"- {SecondFlow}";

    private string FaultSource =>
        FaultFrom.Length > 0 ? $"valueFrom: {{configMapKeyRef: {{name: {FaultFrom}, key: fault}}}}"
        : FaultSecret.Length > 0 ? $"valueFrom: {{secretKeyRef: {{name: {FaultSecret}, key: fault}}}}"
        : $"value: \"{Fault}\"";

    public string Yaml(string marketplaceUrl) =>
        $$"""
            apiVersion: marketplace-operator.io/v1alpha1
            kind: MarketplaceConnector
            metadata: {name: {{Name}}}
            spec:
              marketplace: Amazon
              environment: Development
              suspend: {{(Suspend ? "true" : "false")}}
              updatePolicy: {{UpdatePolicy}}
              {{Extra}}
              sync:
                image: {{Image}}
                imagePullPolicy: {{PullPolicy}}
                {{SyncExtra}}
                env:
                - {name: MARKETPLACE_URL, value: "{{marketplaceUrl}}"}
                - {name: WORKER_FAULT, {{FaultSource}}}
                resources:
                  requests: {{Requests}}
                  limits: {memory: 128Mi}
              credentials:
                secretRef: {name: amazon-eu-app}
              # A pod's log goes with it: it must be there until a busy kubelet has answered.
              history: {slots: 6}
              flows:
              - name: orders
                schedule: "{{Schedule}}"
                startingDeadline: {{StartingDeadline}}
                startTimeout: {{StartTimeout}}
                timeout: {{Timeout}}
                maxStoresPerRun: {{MaxStoresPerRun}}
                maxConcurrentRuns: {{MaxConcurrentRuns}}
              {{FlowLine}}
              stores: [{{string.Join(", ", Stores.Select(Store))}}]
            """;

    private string Store(string name) =>
        StoreSecrets.TryGetValue(name, out var secret)
            ? $"{{name: {name}, credentials: {{secretRef: {{name: {secret}}}}}}}"
            : $"{{name: {name}}}";
}
