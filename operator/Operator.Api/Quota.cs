using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>Who shares a quota.</summary>
[JsonConverter(typeof(LenientEnumConverter<QuotaScope>))]
public enum QuotaScope
{
    Unknown,

    /// <summary>Each store has its own.</summary>
    Store,

    /// <summary>All stores of the connector share one.</summary>
    Application,
}

/// <summary>How often an API of the marketplace may be called: a bucket that refills at a rate, a number a day, or both.</summary>
public sealed record Quota
{
    /// <summary>The marketplace's name of it, such as <c>orders.searchOrders</c>.</summary>
    public string Api { get; set; } = "";

    /// <summary>How fast the bucket refills, such as <c>1/180s</c>. Absent: no rate is known.</summary>
    public Rate? Rate { get; set; }

    /// <summary>Calls that the full bucket holds. Default: those of the rate.</summary>
    public int? Burst { get; set; }

    /// <summary>Calls in one day of the marketplace. Absent: as many as the rate allows.</summary>
    public long? PerDay { get; set; }

    /// <summary>Default Store.</summary>
    public QuotaScope Scope { get; set; } = QuotaScope.Store;
}

/// <summary>What one run of a flow asks of an API.</summary>
public sealed record ApiUse
{
    public string Api { get; set; } = "";

    /// <summary>1 to 10000. Default 1.</summary>
    public int CallsPerStore { get; set; } = 1;
}
