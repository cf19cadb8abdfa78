using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>A connector as a user writes it, for the example worker. Texts, so that a story can also write what is wrong.</summary>
public sealed record ConnectorManifest
{
    public string Name { get; init; } = "";
    public string Image { get; init; } = ExampleWorker.Good;
    public string PullPolicy { get; init; } = "IfNotPresent";
    public string UpdatePolicy { get; init; } = "Rollout";
    public bool Suspend { get; init; }

    /// <summary>A fault of the example worker; part of the revision, like every variable.</summary>
    public string Fault { get; init; } = "none";

    public ImmutableArray<string> Stores { get; init; } = A.Stores(20);

    /// <summary>Secrets of single stores, by store.</summary>
    public ImmutableDictionary<string, string> StoreSecrets { get; init; } = ImmutableDictionary<string, string>.Empty;
    public string Schedule { get; init; } = "@every 5s";
    public string StartingDeadline { get; init; } = "40s";

    /// <summary>A busy machine needs long for a pod, and longer when pods that are given up are replaced by others.</summary>
    public string StartTimeout { get; init; } = "60s";
    public string Timeout { get; init; } = "30s";
    public int MaxConcurrentRuns { get; init; } = 10;
    public int MaxStoresPerRun { get; init; } = 20;

    public string Requests { get; init; } = "{cpu: 5m, memory: 16Mi}";

    /// <summary>A line of YAML right under spec, for what no schema allows.</summary>
    public string Extra { get; init; } = "";

    /// <summary>A line of YAML right under spec.sync.</summary>
    public string SyncExtra { get; init; } = "";

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
                - {name: WORKER_FAULT, value: "{{Fault}}"}
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
              stores: [{{string.Join(", ", Stores.Select(Store))}}]
            """;

    private string Store(string name) =>
        StoreSecrets.TryGetValue(name, out var secret)
            ? $"{{name: {name}, credentials: {{secretRef: {{name: {secret}}}}}}}"
            : $"{{name: {name}}}";
}
