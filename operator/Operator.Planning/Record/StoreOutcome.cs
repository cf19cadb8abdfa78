namespace Operator.Planning.Record;

/// <summary>
/// The outcome of one store on one occasion. The value is the letter in the record. A letter never changes its meaning, and a
/// reader reads an unknown letter as <see cref="Unknown"/>.
/// </summary>
public enum StoreOutcome : byte
{
    /// <summary>The store's report has no failed item.</summary>
    Ok = (byte)'o',

    /// <summary>The run succeeded, and the flow sends no reports.</summary>
    OkWithoutCounts = (byte)'k',

    /// <summary>Some items failed, others were ok.</summary>
    SomeFailed = (byte)'f',

    // Every item failed, or a run of this store alone failed. The value is the report's error class with the most errors.
    Throttled = (byte)'t',
    AuthFailed = (byte)'a',
    PolicyRefused = (byte)'p',
    ItemsInvalid = (byte)'i',
    UpstreamFailed = (byte)'u',
    TimedOut = (byte)'x',
    InternalError = (byte)'n',

    /// <summary>The store's report says that it has more work to do, and no item was done.</summary>
    NoProgress = (byte)'m',

    /// <summary>The run ended before it reached the store.</summary>
    NotReached = (byte)'r',

    // A run contained the store, but the container did not run to its end. Missed by infra.

    /// <summary>A cause outside the version ended the run or prevented its start, or its pod was edited and deleted.</summary>
    BrokenOff = (byte)'e',

    /// <summary>The image was not available, the container configuration was wrong, or its command could not be started.</summary>
    NeverStarted = (byte)'b',

    /// <summary>The operator never saw the pod.</summary>
    NeverSeen = (byte)'l',

    // No run contained the store.
    MissedByDowntime = (byte)'D',
    MissedByCapacity = (byte)'C',
    MissedByConcurrency = (byte)'B',
    MissedByQuota = (byte)'Q',
    MissedByAuth = (byte)'A',
    MissedByIsolation = (byte)'I',
    MissedByInvalidSpec = (byte)'V',

    /// <summary>The runs that it waited for never started: a missing image, a refused pod, no node.</summary>
    MissedByInfra = (byte)'N',

    /// <summary>The store's earlier run, or the runs in its place, were on a node that was lost or switched off.</summary>
    MissedByNode = (byte)'S',
    MissedByUnknownCause = (byte)'U',

    /// <summary>The store or its connector was suspended, so no sync was due.</summary>
    Suspended = (byte)'s',

    /// <summary>The occasion was ordered for other stores.</summary>
    NotMeant = (byte)'.',

    /// <summary>The connector did not list the store at that time.</summary>
    NotListed = (byte)'-',

    Unknown = (byte)'?',
}

/// <summary>Groups of outcomes.</summary>
public static class StoreOutcomes
{
    public static StoreOutcome Of(MissCause cause) =>
        cause switch
        {
            MissCause.Downtime => StoreOutcome.MissedByDowntime,
            MissCause.Capacity => StoreOutcome.MissedByCapacity,
            MissCause.Concurrency => StoreOutcome.MissedByConcurrency,
            MissCause.Quota => StoreOutcome.MissedByQuota,
            MissCause.Auth => StoreOutcome.MissedByAuth,
            MissCause.Infra => StoreOutcome.MissedByInfra,
            MissCause.Node => StoreOutcome.MissedByNode,
            MissCause.Isolation => StoreOutcome.MissedByIsolation,
            MissCause.InvalidSpec => StoreOutcome.MissedByInvalidSpec,
            MissCause.Unknown => StoreOutcome.MissedByUnknownCause,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>At least part of the store was synced.</summary>
    public static bool IsSync(this StoreOutcome outcome) =>
        outcome is StoreOutcome.Ok or StoreOutcome.OkWithoutCounts or StoreOutcome.SomeFailed;

    /// <summary>A sync of the store was due.</summary>
    public static bool IsDue(this StoreOutcome outcome) =>
        outcome
            is not (StoreOutcome.Suspended or StoreOutcome.NotMeant or StoreOutcome.NotListed or StoreOutcome.Unknown);

    /// <summary>A run contained the store, so its entry can give the reason.</summary>
    public static bool IsOfRun(this StoreOutcome outcome) => outcome.IsDue() && !outcome.IsMiss();

    /// <summary>A sync of the store was due, and no run contained the store.</summary>
    public static bool IsMiss(this StoreOutcome outcome) =>
        outcome
            is StoreOutcome.MissedByDowntime
                or StoreOutcome.MissedByCapacity
                or StoreOutcome.MissedByConcurrency
                or StoreOutcome.MissedByQuota
                or StoreOutcome.MissedByAuth
                or StoreOutcome.MissedByIsolation
                or StoreOutcome.MissedByInvalidSpec
                or StoreOutcome.MissedByInfra
                or StoreOutcome.MissedByNode
                or StoreOutcome.MissedByUnknownCause;
}
