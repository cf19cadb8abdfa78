using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Objects that tests write, as JSON.</summary>
internal static class Objects
{
    public static JsonObject ConfigMap(string name, string value = "1", string? label = null) =>
        WithLabel(
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ConfigMap",
                ["metadata"] = new JsonObject { ["name"] = name },
                ["data"] = new JsonObject { ["value"] = value },
            },
            label
        );

    public static JsonObject Namespace(string name) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = name },
        };

    public static JsonObject Lease(string name, string holder) =>
        new()
        {
            ["apiVersion"] = "coordination.k8s.io/v1",
            ["kind"] = "Lease",
            ["metadata"] = new JsonObject { ["name"] = name },
            ["spec"] = new JsonObject { ["holderIdentity"] = holder, ["leaseDurationSeconds"] = 15 },
        };

    /// <summary>Sets the label <c>set</c>.</summary>
    public static JsonObject WithLabel(JsonObject item, string? label)
    {
        if (label is not null)
        {
            item["metadata"]!["labels"] = new JsonObject { ["set"] = label };
        }
        return item;
    }

    public static JsonObject OwnedBy(JsonObject item, KubeObject owner)
    {
        item["metadata"]!["ownerReferences"] = new JsonArray(
            new JsonObject
            {
                ["apiVersion"] = owner.Json.GetProperty("apiVersion").GetString(),
                ["kind"] = owner.Json.GetProperty("kind").GetString(),
                ["name"] = owner.Name,
                ["uid"] = owner.Uid,
            }
        );
        return item;
    }

    public static ReadOnlyMemory<byte> Bytes(this JsonObject item) => Encoding.UTF8.GetBytes(item.ToJsonString());

    /// <summary>A copy to change.</summary>
    public static JsonObject Copy(this KubeObject item) => JsonNode.Parse(item.Json.GetRawText())!.AsObject(); // servers send objects

    public static JsonElement? At(this KubeObject item, params string[] path)
    {
        JsonElement current = item.Json;
        foreach (var name in path)
        {
            if (current.ValueKind != JsonValueKind.Object || !current.TryGetProperty(name, out current))
            {
                return null;
            }
        }
        return current;
    }

    public static string? Text(this KubeObject item, params string[] path) =>
        item.At(path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
