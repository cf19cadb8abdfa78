using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Operator.Api;
using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>
/// Writes statuses, as the last step: after a crash before it, the next reconcile repeats only idempotent changes. Numbers that
/// change with every run are written only after a commit, and after the pause of <see cref="NumbersPace"/>, to keep writes few. The
/// record's counter is one of them.
/// </summary>
internal sealed class StatusWriter(IKubeApi api, NumbersPace pace, OwnStatuses own)
{
    /// <summary>
    /// Returns the time after which the caller must call again to write the rest; null: all is written. <paramref name="mayOwe"/>: the
    /// status may have numbers that nobody has told.
    /// </summary>
    public Task<TimeSpan?> WriteAsync(
        MarketplaceConnector connector,
        ConnectorStatus status,
        bool mayOwe,
        CancellationToken ct
    )
    {
        var told = status with { Conditions = WithOthers(status.Conditions, connector.Status.Conditions) };
        var change = new Change<ConnectorStatus>(connector.Status, told, Essence, ApiJson.Default.ConnectorStatus);
        return WriteAsync(
            new Subject(Kinds.Connectors, connector.Metadata, StatusesAsRead.Of(connector)),
            change,
            mayOwe,
            ct
        );
    }

    /// <summary>Writes the status of a rollout; returns as for a connector.</summary>
    public Task<TimeSpan?> WriteAsync(SyncRollout rollout, RolloutStatus status, bool mayOwe, CancellationToken ct)
    {
        var told = status with { Conditions = WithOthers(status.Conditions, rollout.Status.Conditions) };
        var change = new Change<RolloutStatus>(rollout.Status, told, Essence, ApiJson.Default.RolloutStatus);
        return WriteAsync(
            new Subject(Kinds.Rollouts, rollout.Metadata, StatusesAsRead.Of(rollout)),
            change,
            mayOwe,
            ct
        );
    }

    /// <summary>Writes the status of an action, which has no numbers.</summary>
    public Task WriteAsync(SyncAction action, ActionStatus status, CancellationToken ct)
    {
        var told = status with { Conditions = WithOthers(status.Conditions, action.Status.Conditions) };
        var change = new Change<ActionStatus>(action.Status, told, s => s, ApiJson.Default.ActionStatus);
        return WriteAsync(
            new Subject(Kinds.Actions, action.Metadata, StatusesAsRead.Of(action)),
            change,
            mayOwe: false,
            ct
        );
    }

    /// <summary>
    /// The conditions with those that other controllers keep on the object. Theirs have a type with a domain, as Kubernetes asks; ours have
    /// none. Without this, each writer would undo the other's write.
    /// </summary>
    private static ImmutableArray<Condition> WithOthers(
        ImmutableArray<Condition> ours,
        ImmutableArray<Condition> before
    ) => [.. ours, .. before.Where(b => b.Type.Contains('/') && !ours.Any(c => c.Type == b.Type))];

    /// <summary>The object, and its status as it was read.</summary>
    private sealed record Subject(ResourceType Type, ObjectMeta Metadata, JsonElement Status);

    /// <summary>
    /// A status and the one that takes its place. They differ in numbers or, where <paramref name="Essence"/> differs, in fields that
    /// users act on.
    /// </summary>
    private sealed record Change<T>(T Before, T After, Func<T, T> Essence, JsonTypeInfo<T> Type)
    {
        public bool IsNone => IsSame(Before, After);
        public bool IsNews => !IsSame(Essence(Before), Essence(After));
        public JsonElement Json => JsonSerializer.SerializeToElement(After, Type);

        private bool IsSame(T one, T other) =>
            JsonSerializer
                .SerializeToUtf8Bytes(one, Type)
                .AsSpan()
                .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(other, Type));
    }

    private async Task<TimeSpan?> WriteAsync<T>(Subject subject, Change<T> change, bool mayOwe, CancellationToken ct)
    {
        var (type, metadata, before) = subject;
        if (change.IsNone)
        {
            return null;
        }
        if (!change.IsNews)
        {
            if (!mayOwe && !pace.IsOwing(metadata.Uid))
            {
                return null;
            }
            if (pace.Wait(metadata.Uid) is var wait && wait > TimeSpan.Zero)
            {
                return wait;
            }
        }
        var patch = MergePatch.OfStatus(metadata.Uid, metadata.ResourceVersion, before, change.Json);
        await PatchAsync(type, Kinds.KeyOf(metadata), patch, ct);
        pace.Told(metadata.Uid);
        return null;
    }

    /// <summary>Writes conditions that the object can't be read. True: it could be read until now.</summary>
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
        var status = new RolloutStatus
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
        };
        var item = unreadable.Item;
        var after = JsonSerializer.SerializeToElement(status, ApiJson.Default.RolloutStatus);
        var before = StatusesAsRead.In(item.Json);
        await PatchAsync(type, item.Key, MergePatch.OfStatus(item.Uid, item.ResourceVersion, before, after), ct);
        return !IsUndecodable(item);
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

    private static bool SaysAlready(KubeObject item, string message) => HasCondition(item, "message", message);

    private static bool IsUndecodable(KubeObject item) => HasCondition(item, "reason", Reasons.Undecodable);

    private static bool HasCondition(KubeObject item, string field, string value) =>
        StatusField(item, "conditions") is { ValueKind: JsonValueKind.Array } conditions
        && conditions
            .EnumerateArray()
            .Any(c =>
                c.ValueKind == JsonValueKind.Object
                && c.TryGetProperty(field, out var text)
                && text.ValueKind == JsonValueKind.String
                && text.ValueEquals(value)
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
            RecordCounter = 0,
            Conditions = [.. status.Conditions.Select(c => IsBeginning(c) ? BeginningCondition : c)],
            Flows = [],
            WorstStores = [],
            Stores = status.Stores with { Stale = 0 },
        };

    /// <summary>That the first due time has come is no news that users act on: the ends of its runs follow.</summary>
    private static bool IsBeginning(Condition condition) =>
        condition
            is { Type: ConditionTypes.Ready, Reason: Reasons.WaitingForFirstDueTime or Reasons.FirstRunsUnderWay };

    private static readonly Condition BeginningCondition = new() { Type = ConditionTypes.Ready };

    private static RolloutStatus Essence(RolloutStatus status) =>
        status with
        {
            RecordCounter = 0,
            Attempt = status.Attempt is null
                ? null
                : status.Attempt with
                {
                    Evidence = "",
                    Flows = [],
                    DeadlineAt = null,
                    NextCheckAt = null,
                    Message = "",
                },
        };

    private async Task PatchAsync(ResourceType type, ObjectKey key, ReadOnlyMemory<byte> patch, CancellationToken ct) =>
        own.Wrote(type, await api.PatchStatusAsync(type, key, patch, ct));
}
