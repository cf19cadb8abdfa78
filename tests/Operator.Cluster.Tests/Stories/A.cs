using System.Collections.Immutable;

namespace Operator.Cluster.Tests;

/// <summary>Manifests as users write them, with sane defaults: a story shows only what matters to it.</summary>
internal static class A
{
    public const string Good = "localhost/example-sync-worker:1.0";
    public const string Better = "localhost/example-sync-worker:1.1";

    /// <summary>Mishandles one item in five.</summary>
    public const string Bad = "localhost/example-sync-worker:1.2";

    public static ConnectorManifest Connector(string name = "shop") => new() { Name = name };

    public static RolloutManifest Rollout(string connector = "shop") => new() { Connector = connector };

    public static ImmutableArray<string> Stores(int count) =>
        [.. Enumerable.Range(1, count).Select(i => $"seller-{i:00}")];
}

internal sealed record ConnectorManifest
{
    public string Name { get; init; } = "";
    public string Image { get; init; } = A.Good;
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

internal sealed record ActionManifest
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
              stores: [{{string.Join(", ", Stores)}}]
              reason: "{{Reason}}"
            """;
}

internal sealed record RolloutManifest
{
    public string Connector { get; init; } = "";
    public string Name => Connector;

    /// <summary>Of 20 stores: 2, 10, all.</summary>
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
