using System.Globalization;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Explaining;

/// <summary>Why was this store, or was it not, synced between those instants?</summary>
public sealed record StoreQuestion
{
    public MarketplaceConnector Connector { get; init; } = new();

    /// <summary>Null when the operator has made none: it never looked at the connector.</summary>
    public ConnectorRecord? Record { get; init; }
    public string Store { get; init; } = "";

    /// <summary>Only this flow; null: all.</summary>
    public string? Flow { get; init; }

    /// <summary>Null: as far back as the record goes.</summary>
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset Now { get; init; }

    /// <summary>Null: now.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>In which instants are told in sentences. Default UTC.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    internal string Told(DateTimeOffset at) =>
        TimeZoneInfo.ConvertTime(at, Zone).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
