using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>Why a due sync of a store did not happen.</summary>
public enum MissCause
{
    /// <summary>The operator did not start the run in time: it was down, or could not plan.</summary>
    Downtime,

    /// <summary><c>maxConcurrentRuns</c>, or the operator's limit of finished pods, left no room for the run.</summary>
    Capacity,

    /// <summary>Another run of the store was still live.</summary>
    Concurrency,

    /// <summary>The marketplace's quota had no calls left for the run.</summary>
    Quota,

    /// <summary>The store's runs pause, because the store cannot authenticate.</summary>
    Auth,

    /// <summary>The cluster did not run the pod, or lost the pod.</summary>
    Infra,
}

/// <summary>Number of missed store syncs by cause.</summary>
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
