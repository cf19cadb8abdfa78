using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>Why a store-sync that was due did not happen.</summary>
public enum MissCause
{
    /// <summary>Nobody was there to start it in time: the operator was down, or could not plan.</summary>
    Downtime,

    /// <summary>More was due than <c>maxConcurrentRuns</c> lets run.</summary>
    Capacity,

    /// <summary>The store's run of an earlier slot still went on.</summary>
    Concurrency,

    /// <summary>A marketplace's quota left nothing for it.</summary>
    Quota,

    /// <summary>The store fails to authenticate, and its runs pause.</summary>
    Auth,

    /// <summary>The cluster did not run its pod, or lost it.</summary>
    Infra,
}

/// <summary>Missed store-syncs by their cause.</summary>
public sealed record MissedTally
{
    public long Downtime { get; set; }
    public long Capacity { get; set; }
    public long Concurrency { get; set; }
    public long Quota { get; set; }
    public long Auth { get; set; }
    public long Infra { get; set; }

    [JsonIgnore]
    public long Total => Downtime + Capacity + Concurrency + Quota + Auth + Infra;

    public long Of(MissCause cause) =>
        cause switch
        {
            MissCause.Downtime => Downtime,
            MissCause.Capacity => Capacity,
            MissCause.Concurrency => Concurrency,
            MissCause.Quota => Quota,
            MissCause.Auth => Auth,
            MissCause.Infra => Infra,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    public MissedTally Plus(MissCause cause, long count) =>
        cause switch
        {
            MissCause.Downtime => this with { Downtime = Downtime + count },
            MissCause.Capacity => this with { Capacity = Capacity + count },
            MissCause.Concurrency => this with { Concurrency = Concurrency + count },
            MissCause.Quota => this with { Quota = Quota + count },
            MissCause.Auth => this with { Auth = Auth + count },
            MissCause.Infra => this with { Infra = Infra + count },
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    public MissedTally Plus(MissedTally other) =>
        Enum.GetValues<MissCause>().Aggregate(this, (sum, cause) => sum.Plus(cause, other.Of(cause)));
}
