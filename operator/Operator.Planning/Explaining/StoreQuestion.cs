using System.Globalization;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Explaining;

/// <summary>The question why a store was or was not synced within a time span.</summary>
public sealed record StoreQuestion
{
    public MarketplaceConnector Connector { get; init; } = new();

    /// <summary>Null when the operator has not planned the connector yet.</summary>
    public ConnectorRecord? Record { get; init; }
    public string Store { get; init; } = "";

    /// <summary>Only this flow; null: all.</summary>
    public string? Flow { get; init; }

    /// <summary>Null: from the oldest occasion in the record.</summary>
    public DateTimeOffset? Since { get; init; }
    public DateTimeOffset Now { get; init; }

    /// <summary>Null: now.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The time zone of instants in sentences. Default UTC.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    internal string Told(DateTimeOffset at) =>
        TimeZoneInfo.ConvertTime(at, Zone).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
