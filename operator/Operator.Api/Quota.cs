using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>Which stores share a quota.</summary>
[JsonConverter(typeof(LenientEnumConverter<QuotaScope>))]
public enum QuotaScope
{
    Unknown,

    /// <summary>Each store has its own quota.</summary>
    Store,

    /// <summary>All stores of the connector share one quota.</summary>
    Application,
}

/// <summary>
/// How often an API of the marketplace may be called: a bucket that refills at a rate, a number of calls a day, or both.
/// </summary>
public sealed record Quota
{
    /// <summary>The marketplace's name of the API, such as <c>orders.searchOrders</c>.</summary>
    public string Api { get; set; } = "";

    /// <summary>How fast the bucket refills, such as <c>1/180s</c>. Null: no rate limit is known.</summary>
    public Rate? Rate { get; set; }

    /// <summary>Calls that the full bucket holds. Null: the number of calls in <see cref="Rate"/>.</summary>
    public int? Burst { get; set; }

    /// <summary>Calls in one day of the marketplace's time zone. Null: no daily limit.</summary>
    public long? PerDay { get; set; }

    /// <summary>Default Store.</summary>
    public QuotaScope Scope { get; set; } = QuotaScope.Store;
}

/// <summary>How many calls of an API a run makes for each of its stores.</summary>
public sealed record ApiUse
{
    public string Api { get; set; } = "";

    /// <summary>1 to 10000. Default 1.</summary>
    public int CallsPerStore { get; set; } = 1;
}
