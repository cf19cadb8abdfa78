using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Operator.Api;

/// <summary>
/// Statuses as the API server sent them. A status is written as a difference, so what other versions of the operator left in it must
/// be known, also fields that our records do not have. Only a status that our records would write differently is kept.
/// </summary>
public static class StatusesAsRead
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    /// <summary>The connector with the status of the JSON that it was read from.</summary>
    public static MarketplaceConnector NoteIn(MarketplaceConnector connector, JsonElement item) =>
        connector with
        {
            StatusAsRead = Unlike(item, connector.Status, ApiJson.Default.ConnectorStatus),
        };

    public static SyncRollout NoteIn(SyncRollout rollout, JsonElement item) =>
        rollout with
        {
            StatusAsRead = Unlike(item, rollout.Status, ApiJson.Default.RolloutStatus),
        };

    public static SyncAction NoteIn(SyncAction action, JsonElement item) =>
        action with
        {
            StatusAsRead = Unlike(item, action.Status, ApiJson.Default.ActionStatus),
        };

    public static JsonElement Of(MarketplaceConnector connector) =>
        connector.StatusAsRead ?? Json(connector.Status, ApiJson.Default.ConnectorStatus);

    public static JsonElement Of(SyncRollout rollout) =>
        rollout.StatusAsRead ?? Json(rollout.Status, ApiJson.Default.RolloutStatus);

    public static JsonElement Of(SyncAction action) =>
        action.StatusAsRead ?? Json(action.Status, ApiJson.Default.ActionStatus);

    /// <summary>The status of an object of any kind; an empty one when it has none.</summary>
    public static JsonElement In(JsonElement item) => item.TryGetProperty("status", out var status) ? status : Nothing;

    private static JsonElement? Unlike<T>(JsonElement item, T typed, JsonTypeInfo<T> type)
    {
        var read = In(item);
        return JsonElement.DeepEquals(read, Json(typed, type)) ? null : read.Clone();
    }

    private static JsonElement Json<T>(T status, JsonTypeInfo<T> type) =>
        JsonSerializer.SerializeToElement(status, type);
}
