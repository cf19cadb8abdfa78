using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Api;

namespace Operator.Testing;

/// <content>Valid objects with every field set. A test changes the fields that it checks.</content>
public static partial class A
{
    public static JsonObject FullConnectorJson() =>
        (JsonObject)
            JsonNode.Parse(
                """
                {
                  "apiVersion": "marketplace-operator.io/v1alpha1",
                  "kind": "MarketplaceConnector",
                  "metadata": {"name": "amazon-eu", "namespace": "default"},
                  "spec": {
                    "marketplace": "Amazon",
                    "environment": "Production",
                    "suspend": false,
                    "updatePolicy": "Rollout",
                    "sync": {
                      "image": "registry.example.com:5000/acme/amazon-sync:1.4.2",
                      "imagePullPolicy": "IfNotPresent",
                      "imagePullSecrets": [{"name": "regcred"}],
                      "command": ["/sync"],
                      "args": ["--verbose"],
                      "env": [
                        {"name": "LOG_LEVEL", "value": ""},
                        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "tokens", "key": "token"}}},
                        {"name": "MAP", "valueFrom": {"configMapKeyRef": {"name": "maps", "key": "map.json"}}}
                      ],
                      "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "256Mi"}},
                      "runAsUser": 65532,
                      "scratch": "64Mi",
                      "fsGroup": 65532,
                      "terminationGracePeriod": "30s",
                      "caBundle": {"configMapKeyRef": {"name": "corp-ca", "key": "ca.crt"}},
                      "serviceAccountName": "sync-workers",
                      "nodeSelector": {"pool": "sync"},
                      "tolerations": [
                        {"key": "example.com/pool", "operator": "Equal", "value": "sync", "effect": "NoExecute", "tolerationSeconds": 60}
                      ],
                      "priorityClassName": "batch",
                      "podLabels": {"team": "orders"},
                      "podAnnotations": {"inject": "false"}
                    },
                    "credentials": {"secretRef": {"name": "amazon-app"}},
                    "stores": [
                      {
                        "name": "acme-eu",
                        "sites": ["A1PA6795UKMFR9"],
                        "credentials": {"secretRef": {"name": "sellers", "keyPrefix": "acme-eu.", "keys": ["refresh_token"]}},
                        "parameters": {"warehouse": "b-1"},
                        "labels": {"region": "eu"},
                        "suspend": false
                      }
                    ],
                    "storesFrom": [{"configMapKeyRef": {"name": "eu-stores", "key": "stores.yaml"}}],
                    "flows": [
                      {
                        "name": "orders",
                        "schedule": "*/5 * * * *",
                        "timeZone": "Europe/Berlin",
                        "spread": "60s",
                        "startingDeadline": "2m",
                        "startTimeout": "1m",
                        "timeout": "10m",
                        "maxStoresPerRun": 25,
                        "maxConcurrentRuns": 10,
                        "uses": [{"api": "orders.searchOrders", "callsPerStore": 1}],
                        "retries": 1,
                        "parameters": {"pageSize": "50"}
                      }
                    ],
                    "quotas": [
                      {"api": "orders.searchOrders", "rate": "1/180s", "burst": 20, "perDay": 480, "scope": "Store"}
                    ],
                    "history": {"slots": 1, "failedRuns": 3}
                  }
                }
                """
            )!;

    public static JsonObject FullRolloutJson() =>
        (JsonObject)
            JsonNode.Parse(
                """
                {
                  "apiVersion": "marketplace-operator.io/v1alpha1",
                  "kind": "SyncRollout",
                  "metadata": {"name": "amazon-eu", "namespace": "default"},
                  "spec": {
                    "connectorRef": {"name": "amazon-eu"},
                    "steps": [
                      {"stores": "5%", "minDuration": "30m", "evidence": {"minRuns": 5, "minItems": 20, "minStores": 1}}
                    ],
                    "cohort": {"first": ["acme-eu"], "last": ["acme-us"], "strata": ["region"]},
                    "evidence": {"minRuns": 10, "minItems": 50, "minStores": 2, "flows": ["orders"]},
                    "analysis": {
                      "maxErrorRate": "2%",
                      "maxIncrease": "50%",
                      "maxVolumeDrop": "50%",
                      "falseAbortRate": "1%",
                      "control": "50%"
                    },
                    "onFailure": "Rollback",
                    "inFlight": "Drain",
                    "deadlines": {"evidence": "24h", "onDeadline": "Hold"}
                  }
                }
                """
            )!;

    /// <summary>A Suspend with every field that it may have. Only a RunNow may have a since.</summary>
    public static JsonObject FullActionJson() =>
        (JsonObject)
            JsonNode.Parse(
                """
                {
                  "apiVersion": "marketplace-operator.io/v1alpha1",
                  "kind": "SyncAction",
                  "metadata": {"name": "stop-orders", "namespace": "default"},
                  "spec": {
                    "targetRef": {"kind": "MarketplaceConnector", "name": "amazon-eu"},
                    "action": "Suspend",
                    "flow": "orders",
                    "stores": ["acme-eu"],
                    "until": "2026-11-25T17:00:00Z",
                    "reason": "counting stock"
                  }
                }
                """
            )!;

    public static JsonObject FullJson(string kind) =>
        kind switch
        {
            ApiGroup.ConnectorKind => FullConnectorJson(),
            ApiGroup.RolloutKind => FullRolloutJson(),
            _ => FullActionJson(),
        };

    public static SyncAction FullAction(Action<JsonObject>? change = null) =>
        Changed(FullActionJson(), change).Deserialize(ApiJson.Default.SyncAction)!;

    public static MarketplaceConnector FullConnector(Action<JsonObject>? change = null) =>
        Changed(FullConnectorJson(), change).Deserialize(ApiJson.Default.MarketplaceConnector)!;

    public static SyncRollout FullRollout(Action<JsonObject>? change = null) =>
        Changed(FullRolloutJson(), change).Deserialize(ApiJson.Default.SyncRollout)!;

    private static JsonObject Changed(JsonObject item, Action<JsonObject>? change)
    {
        change?.Invoke((JsonObject)item["spec"]!);
        return item;
    }
}
