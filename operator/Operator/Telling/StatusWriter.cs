using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Operator.Api;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>
/// Writes statuses, last of all: a crash before it repeats idempotent changes. Numbers that move with every pod are told with
/// the next commit, so that a quiet cluster sees no writes.
/// </summary>
internal sealed class StatusWriter(IKubeApi api)
{
    public Task WriteAsync(
        MarketplaceConnector connector,
        ConnectorStatus status,
        bool hasCommitted,
        CancellationToken ct
    )
    {
        var isNews = hasCommitted
            ? !IsSame(connector.Status, status, ApiJson.Default.ConnectorStatus)
            : !IsSame(Essence(connector.Status), Essence(status), ApiJson.Default.ConnectorStatus);
        return isNews
            ? ReplaceAsync(
                Kinds.Connectors,
                connector.Metadata,
                new MarketplaceConnector { Status = status },
                ApiJson.Default.MarketplaceConnector,
                ct
            )
            : Task.CompletedTask;
    }

    public Task WriteAsync(SyncRollout rollout, RolloutStatus status, bool hasCommitted, CancellationToken ct)
    {
        var isNews = hasCommitted
            ? !IsSame(rollout.Status, status, ApiJson.Default.RolloutStatus)
            : !IsSame(Essence(rollout.Status), Essence(status), ApiJson.Default.RolloutStatus);
        return isNews
            ? ReplaceAsync(
                Kinds.Rollouts,
                rollout.Metadata,
                new SyncRollout { Status = status },
                ApiJson.Default.SyncRollout,
                ct
            )
            : Task.CompletedTask;
    }

    private static ConnectorStatus Essence(ConnectorStatus status) => status with { Flows = [] };

    private static RolloutStatus Essence(RolloutStatus status) =>
        status with
        {
            Attempt = status.Attempt is null
                ? null
                : status.Attempt with
                {
                    Evidence = [],
                    NextCheckAt = null,
                    Message = "",
                },
        };

    private static bool IsSame<T>(T before, T after, JsonTypeInfo<T> type) =>
        string.Equals(
            JsonSerializer.Serialize(before, type),
            JsonSerializer.Serialize(after, type),
            StringComparison.Ordinal
        );

    /// <summary>Only identity, resourceVersion and status are sent: the server takes nothing else from this subresource.</summary>
    private async Task ReplaceAsync<T>(
        ResourceType type,
        ObjectMeta metadata,
        T item,
        JsonTypeInfo<T> typeInfo,
        CancellationToken ct
    )
    {
        var whole = JsonSerializer.SerializeToElement(item, typeInfo);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", ApiGroup.ApiVersion);
            json.WriteString("kind", whole.GetProperty("kind").GetString());
            json.WriteStartObject("metadata");
            json.WriteString("name", metadata.Name);
            json.WriteString("namespace", metadata.Namespace);
            json.WriteString("uid", metadata.Uid);
            json.WriteString("resourceVersion", metadata.ResourceVersion);
            json.WriteEndObject();
            json.WritePropertyName("status");
            whole.GetProperty("status").WriteTo(json);
            json.WriteEndObject();
        }
        await api.ReplaceStatusAsync(type, Kinds.KeyOf(metadata), buffer.ToArray(), ct);
    }
}
