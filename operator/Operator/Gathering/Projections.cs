using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Operator.Api;
using Operator.Planning.Stores;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// A cached connector: its environment, the Secrets that it uses, its store-list ConfigMaps, and the whole object, compressed: with
/// all its stores it is our largest object.
/// </summary>
internal sealed record CachedConnector(DeploymentEnvironment Environment, ImmutableArray<ulong> SecretHashes)
{
    /// <summary>The decoded object, while the memory is not needed otherwise.</summary>
    private readonly WeakReference<MarketplaceConnector?> _decoded = new(target: null);

    public string Uid { get; init; } = "";
    public string ResourceVersion { get; init; } = "";
    public ImmutableArray<KeySelector> StoreLists { get; init; } = [];

    /// <summary>The accounts of the stores in the spec.</summary>
    public ImmutableArray<ulong> Accounts { get; init; } = [];

    /// <summary>Names of the flows; empty when no store can have an account that another connector names.</summary>
    public ImmutableArray<string> Flows { get; init; } = [];
    public bool IsSuspended { get; init; }
    public required PackedJson Packed { get; init; }

    public MarketplaceConnector Decode()
    {
        if (!_decoded.TryGetTarget(out var connector))
        {
            connector = Projections.Connector(new KubeObject(Packed.Unpack()));
            _decoded.SetTarget(connector);
        }
        return connector;
    }
}

/// <summary>Reads our custom resources. Throws <see cref="JsonException"/> for an object that can't be decoded.</summary>
internal static class Projections
{
    public static MarketplaceConnector Connector(KubeObject item) =>
        StatusesAsRead.NoteIn(Read(item, ApiJson.Default.MarketplaceConnector), item.Json);

    /// <summary>Decodes the whole connector, to find an unreadable one.</summary>
    public static CachedConnector Readable(KubeObject item) => Projected(item, Connector(item).Spec);

    private static CachedConnector Projected(KubeObject item, ConnectorSpec spec) =>
        new(spec.Environment, [.. SecretSharing.Secrets(spec).Select(SecretUsers.HashOf)])
        {
            Uid = item.Uid,
            ResourceVersion = item.ResourceVersion,
            Packed = PackedJson.Of(item),
            StoreLists = [.. spec.StoresFrom.Select(s => s.ConfigMapKeyRef).OfType<KeySelector>().Distinct()],
            Accounts = AccountSharing.AccountsOf(spec.Stores),
            Flows =
                spec.StoresFrom.IsEmpty && spec.Stores.All(s => s.Credentials is null)
                    ? []
                    : [.. spec.Flows.Select(f => f.Name)],
            IsSuspended = spec.Suspend,
        };

    public static SyncRollout Rollout(KubeObject item) =>
        StatusesAsRead.NoteIn(Read(item, ApiJson.Default.SyncRollout), item.Json);

    public static SyncAction Action(KubeObject item) =>
        StatusesAsRead.NoteIn(
            Read(item, json => UnknownFields.NoteIn(Decode(json, ApiJson.Default.SyncAction), json)),
            item.Json
        );

    /// <summary>Null: the action can't be decoded.</summary>
    public static SyncAction? TryAction(KubeObject item)
    {
        try
        {
            return Action(item);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The connector that a rollout names, also if the rollout can't be decoded; null: the name is not readable.</summary>
    public static string? ConnectorNameOf(KubeObject rollout) =>
        rollout.Json.TryGetProperty("spec", out var spec)
        && spec.ValueKind == JsonValueKind.Object
        && spec.TryGetProperty("connectorRef", out var reference)
        && reference.ValueKind == JsonValueKind.Object
        && reference.TryGetProperty("name", out var name)
        && name.ValueKind == JsonValueKind.String
            ? name.GetString()
            : null;

    private static T Read<T>(KubeObject item, JsonTypeInfo<T> type) => Read(item, json => Decode(json, type));

    /// <summary>The message contains only the field: a position in the text would change with every write.</summary>
    private static T Read<T>(KubeObject item, Func<JsonElement, T> read)
    {
        try
        {
            return read(item.Json);
        }
        catch (JsonException e)
        {
            throw new JsonException($"{e.Path?.TrimStart('$', '.') ?? "it"} has the wrong type", e);
        }
        // Users may store any content, such as half a surrogate pair, so reading may throw any exception.
        catch (Exception e)
        {
            throw new JsonException($"it can't be decoded: {e.Message}", e);
        }
    }

    private static T Decode<T>(JsonElement json, JsonTypeInfo<T> type) =>
        json.Deserialize(type) ?? throw new JsonException("the object is null");
}
