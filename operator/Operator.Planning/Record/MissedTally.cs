using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>Why a due sync of a store did not happen.</summary>
public enum MissCause
{
    /// <summary>Nobody planned while the run could start: the operator was down.</summary>
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

    /// <summary>The store's run, or the runs in its place, were on a node that was lost or switched off.</summary>
    Node,

    /// <summary>The store runs in a small group after a failure, and the places of such groups were taken.</summary>
    Isolation,

    /// <summary>The spec of the connector, the flow or the store was wrong, so that no run could be planned.</summary>
    InvalidSpec,

    /// <summary>The record does not show the cause.</summary>
    Unknown,
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
    public long Node { get; set; }
    public long Isolation { get; set; }
    public long InvalidSpec { get; set; }
    public long Unknown { get; set; }

    [JsonIgnore]
    public long Total => Enum.GetValues<MissCause>().Sum(Of);

    public long Of(MissCause cause) =>
        cause switch
        {
            MissCause.Downtime => Downtime,
            MissCause.Capacity => Capacity,
            MissCause.Concurrency => Concurrency,
            MissCause.Quota => Quota,
            MissCause.Auth => Auth,
            MissCause.Infra => Infra,
            MissCause.Node => Node,
            MissCause.Isolation => Isolation,
            MissCause.InvalidSpec => InvalidSpec,
            MissCause.Unknown => Unknown,
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
            MissCause.Node => this with { Node = Node + count },
            MissCause.Isolation => this with { Isolation = Isolation + count },
            MissCause.InvalidSpec => this with { InvalidSpec = InvalidSpec + count },
            MissCause.Unknown => this with { Unknown = Unknown + count },
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    public MissedTally Plus(MissedTally other) =>
        Enum.GetValues<MissCause>().Aggregate(this, (sum, cause) => sum.Plus(cause, other.Of(cause)));
}
