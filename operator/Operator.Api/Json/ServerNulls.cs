using System.Text.Json;
using System.Text.Json.Nodes;

namespace Operator.Api;

/// <summary>
/// What the API server makes of null in an object of our kinds: it drops a field, or an entry of a map, whose value is null, and refuses
/// null in a list. It keeps the null of <c>spec.stores</c> of an action, which the operator refuses.
/// </summary>
public static class ServerNulls
{
    /// <summary>The object as the operator sees it.</summary>
    public static JsonElement Drop(JsonElement item, string kind)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return item;
        }
        var seen = JsonObject.Create(item)!; // an object
        Drop(seen, kind == ApiGroup.ActionKind ? seen["spec"] as JsonObject : null);
        return JsonElement.Parse(seen.ToJsonString());
    }

    private static void Drop(JsonNode? node, JsonObject? actionSpec)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.ToList())
                {
                    var isKept = fields == actionSpec && name == "stores";
                    if (value is null && !isKept)
                    {
                        fields.Remove(name);
                    }
                    Drop(value, actionSpec);
                }
                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Drop(item, actionSpec);
                }
                break;
        }
    }
}
