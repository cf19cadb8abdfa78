using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Operator.Api;
using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>
/// Writes statuses, as the last step: after a crash before it, the next reconcile repeats only idempotent changes. Numbers that
/// change with every run, also the record's counter, are written only after a commit, and after the pause of
/// <see cref="NumbersPace"/>, to keep writes few: when many runs are due, their pods come first.
/// </summary>
internal sealed class StatusWriter(IKubeApi api, NumbersPace pace, OwnStatuses own)
{
    /// <summary>Returns the time after which the caller must call again to write the rest; null: all is written.</summary>
    public Task<TimeSpan?> WriteAsync(
        MarketplaceConnector connector,
        ConnectorStatus status,
        bool hasCommitted,
        CancellationToken ct
    ) =>
        WriteAsync(
            new Subject(
                Kinds.Connectors,
                connector.Metadata,
                HasNews: !IsSame(Essence(connector.Status), Essence(status), ApiJson.Default.ConnectorStatus),
                HasNumbers: !IsSame(connector.Status, status, ApiJson.Default.ConnectorStatus)
            ),
            new MarketplaceConnector { Status = status },
            ApiJson.Default.MarketplaceConnector,
            hasCommitted,
            ct
        );

    /// <summary>Writes the status of a rollout; returns as for a connector.</summary>
    public Task<TimeSpan?> WriteAsync(
        SyncRollout rollout,
        RolloutStatus status,
        bool hasCommitted,
        CancellationToken ct
    ) =>
        WriteAsync(
            new Subject(
                Kinds.Rollouts,
                rollout.Metadata,
                HasNews: !IsSame(Essence(rollout.Status), Essence(status), ApiJson.Default.RolloutStatus),
                HasNumbers: !IsSame(rollout.Status, status, ApiJson.Default.RolloutStatus)
            ),
            new SyncRollout { Status = status },
            ApiJson.Default.SyncRollout,
            hasCommitted,
            ct
        );

    /// <summary>Writes the status of an action, which has no numbers.</summary>
    public Task WriteAsync(SyncAction action, ActionStatus status, CancellationToken ct) =>
        WriteAsync(
            new Subject(
                Kinds.Actions,
                action.Metadata,
                HasNews: !IsSame(action.Status, status, ApiJson.Default.ActionStatus),
                HasNumbers: false
            ),
            new SyncAction { Status = status },
            ApiJson.Default.SyncAction,
            hasCommitted: false,
            ct
        );

    /// <summary>
    /// The object and how its status differs from the new one: in fields that users act on (news), or in any field (numbers).
    /// </summary>
    private sealed record Subject(ResourceType Type, ObjectMeta Metadata, bool HasNews, bool HasNumbers);

    private async Task<TimeSpan?> WriteAsync<T>(
        Subject subject,
        T item,
        JsonTypeInfo<T> type,
        bool hasCommitted,
        CancellationToken ct
    )
    {
        var uid = subject.Metadata.Uid;
        var mayTellNumbers = hasCommitted || pace.IsOwing(uid);
        if (!subject.HasNews && !(subject.HasNumbers && mayTellNumbers))
        {
            return null;
        }
        if (!subject.HasNews && pace.Wait(uid) is var wait && wait > TimeSpan.Zero)
        {
            return wait;
        }
        await ReplaceAsync(subject.Type, subject.Metadata, item, type, ct);
        pace.Told(uid);
        return null;
    }

    /// <summary>Writes conditions that the object can't be read. False: the status already has them.</summary>
    public async Task<bool> WriteUnreadableAsync(
        ResourceType type,
        UnreadableObject unreadable,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var metadata = unreadable.Item.Json.GetProperty("metadata");
        var generation =
            metadata.TryGetProperty("generation", out var value) && value.TryGetInt64(out var number) ? number : 0;
        var message = $"it can't be read: {unreadable.Why}; correct it";
        if (SaysAlready(unreadable.Item, message))
        {
            return false;
        }
        // Uses the rollout's status type for every kind: it has all fields that are written here or kept.
        var status = new SyncRollout
        {
            Kind = Kinds.NameOf(type),
            Status = new RolloutStatus
            {
                ObservedGeneration = generation,
                Connector = TextOf(unreadable.Item, "connector"),
                RecordId = TextOf(unreadable.Item, "recordId"),
                RecordCounter = CounterOf(unreadable.Item),
                Conditions =
                [
                    Condition(ConditionTypes.Ready, "False", message, generation, now),
                    Condition(ConditionTypes.Stalled, "True", message, generation, now),
                ],
            },
        };
        var item = unreadable.Item;
        var identity = new ObjectMeta
        {
            Name = item.Name,
            Namespace = item.Namespace,
            Uid = item.Uid,
            ResourceVersion = item.ResourceVersion,
        };
        await ReplaceAsync(type, identity, status, ApiJson.Default.SyncRollout, ct);
        return true;
    }

    /// <summary>Keeps the record counter: with the record's id it is a witness of the record.</summary>
    private static long CounterOf(KubeObject item) =>
        StatusField(item, "recordCounter") is { ValueKind: JsonValueKind.Number } counter
        && counter.TryGetInt64(out var number)
            ? number
            : 0;

    private static string? TextOf(KubeObject item, string field) =>
        StatusField(item, field) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static JsonElement? StatusField(KubeObject item, string field) =>
        item.Json.TryGetProperty("status", out var status)
        && status.ValueKind == JsonValueKind.Object
        && status.TryGetProperty(field, out var value)
            ? value
            : null;

    private static bool SaysAlready(KubeObject item, string message) =>
        StatusField(item, "conditions") is { ValueKind: JsonValueKind.Array } conditions
        && conditions
            .EnumerateArray()
            .Any(c =>
                c.ValueKind == JsonValueKind.Object
                && c.TryGetProperty("message", out var text)
                && text.ValueKind == JsonValueKind.String
                && text.ValueEquals(message)
            );

    private static Condition Condition(
        string type,
        string status,
        string message,
        long generation,
        DateTimeOffset now
    ) =>
        new()
        {
            Type = type,
            Status = status,
            Reason = Reasons.Undecodable,
            Message = message,
            ObservedGeneration = generation,
            LastTransitionTime = DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()),
        };

    private static ConnectorStatus Essence(ConnectorStatus status) =>
        status with
        {
            Flows = [],
            WorstStores = [],
            Stores = status.Stores with { Stale = 0 },
            RecordCounter = 0,
        };

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
            RecordCounter = 0,
        };

    private static bool IsSame<T>(T before, T after, JsonTypeInfo<T> type) =>
        JsonSerializer.Serialize(before, type) == JsonSerializer.Serialize(after, type);

    /// <summary>Sends only identity, resourceVersion and status: the server ignores all other fields in this subresource.</summary>
    private async Task ReplaceAsync<T>(
        ResourceType type,
        ObjectMeta metadata,
        T item,
        JsonTypeInfo<T> typeInfo,
        CancellationToken ct
    )
    {
        var whole = JsonSerializer.SerializeToElement(item, typeInfo);
        var body = JsonParts.Write(json =>
        {
            json.WriteString("apiVersion", ApiGroup.ApiVersion);
            json.WriteString("kind", whole.GetProperty("kind").GetString());
            json.WriteObject(
                "metadata",
                () =>
                {
                    json.WriteString("name", metadata.Name);
                    json.WriteString("namespace", metadata.Namespace);
                    json.WriteString("uid", metadata.Uid);
                    json.WriteString("resourceVersion", metadata.ResourceVersion);
                }
            );
            json.WritePropertyName("status");
            whole.GetProperty("status").WriteTo(json);
        });
        own.Wrote(type, await api.ReplaceStatusAsync(type, Kinds.KeyOf(metadata), body, ct));
    }
}
