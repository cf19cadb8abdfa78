using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Stores;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>A cached ticket and its connector.</summary>
internal sealed record CachedTicket(string ConnectorName, ObservedTicket Ticket);

/// <summary>
/// A cached connector: only its environment, the Secrets that it uses and its store-list ConfigMaps. Each reconcile reads the
/// whole object live: with all its stores it is our largest object, too large for the cache.
/// </summary>
internal sealed record CachedConnector(DeploymentEnvironment Environment, ImmutableArray<ulong> SecretHashes)
{
    public string ResourceVersion { get; init; } = "";
    public ImmutableArray<KeySelector> StoreLists { get; init; } = [];
}

/// <summary>Reads our custom resources and tickets. Throws <see cref="JsonException"/> for an object that can't be decoded.</summary>
internal static class Projections
{
    public static MarketplaceConnector Connector(KubeObject item) => Read(item, ApiJson.Default.MarketplaceConnector);

    /// <summary>Decodes the whole connector, to find an unreadable one, but keeps only a few fields.</summary>
    public static CachedConnector Readable(KubeObject item) => Projected(item, Connector(item).Spec);

    private static CachedConnector Projected(KubeObject item, ConnectorSpec spec) =>
        new(spec.Environment, [.. SecretSharing.Secrets(spec).Select(SecretUsers.HashOf)])
        {
            ResourceVersion = item.ResourceVersion,
            StoreLists = [.. spec.StoresFrom.Select(s => s.ConfigMapKeyRef).OfType<KeySelector>().Distinct()],
        };

    public static SyncRollout Rollout(KubeObject item) => Read(item, ApiJson.Default.SyncRollout);

    public static SyncAction Action(KubeObject item) =>
        UnknownFields.NoteIn(Read(item, ApiJson.Default.SyncAction), item.Json);

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

    public static CachedTicket Ticket(KubeObject item)
    {
        var number = int.TryParse(
            item.Annotation(PodMarks.Attempt),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var attempt
        )
            ? attempt
            : 0;
        var ticket = new ObservedTicket(item.Name, item.Annotation(PodMarks.TicketRecord) ?? "", number);
        return new CachedTicket(item.Annotation(PodMarks.ConnectorName) ?? "", ticket);
    }

    /// <summary>The message contains only the field: a position in the text would change with every write.</summary>
    private static T Read<T>(KubeObject item, JsonTypeInfo<T> type)
    {
        try
        {
            return item.Json.Deserialize(type) ?? throw new JsonException("the object is null");
        }
        catch (JsonException e)
        {
            throw new JsonException($"{e.Path?.TrimStart('$', '.') ?? "it"} has the wrong type", e);
        }
    }
}
