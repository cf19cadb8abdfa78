using System.Globalization;
using System.Text.Json;
using Operator.Api;
using Operator.Planning;
using Operator.Planning.Runs;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>A ticket of the cache, and whose it is.</summary>
internal sealed record CachedTicket(string ConnectorName, ObservedTicket Ticket);

/// <summary>Reads our own kinds and tickets. Throws <see cref="JsonException"/> for an object that none of ours can be.</summary>
internal static class Projections
{
    public static MarketplaceConnector Connector(KubeObject item) =>
        item.Json.Deserialize(ApiJson.Default.MarketplaceConnector) ?? throw new JsonException("the object is null");

    public static SyncRollout Rollout(KubeObject item) =>
        item.Json.Deserialize(ApiJson.Default.SyncRollout) ?? throw new JsonException("the object is null");

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
}
