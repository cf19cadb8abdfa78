namespace Operator.Planning.Record;

/// <summary>
/// What became of one store on one occasion: one byte, a letter, as it stands in the record. A letter never changes its meaning;
/// one that a reader does not know is <see cref="Unknown"/> to it.
/// </summary>
public enum StoreOutcome : byte
{
    /// <summary>Reported without a failed item.</summary>
    Ok = (byte)'o',

    /// <summary>Its run ended well, and its flow sends no reports.</summary>
    OkWithoutCounts = (byte)'k',

    /// <summary>Some items failed, others went well.</summary>
    SomeFailed = (byte)'f',

    // Every item failed, or its own run ended badly: by the class of most errors, with the letters of reports.
    Throttled = (byte)'t',
    AuthFailed = (byte)'a',
    PolicyRefused = (byte)'p',
    ItemsInvalid = (byte)'i',
    UpstreamFailed = (byte)'u',
    TimedOut = (byte)'x',
    InternalError = (byte)'n',

    /// <summary>Its run ended before it came to this store.</summary>
    NotReached = (byte)'r',

    // Missed by infra: a run took it up in vain.

    /// <summary>Its run was broken off, or kept from starting, by a cause outside the version.</summary>
    BrokenOff = (byte)'e',

    /// <summary>The image could not be had or the container not be configured.</summary>
    NeverStarted = (byte)'b',

    /// <summary>Its pod went unseen.</summary>
    NeverSeen = (byte)'l',

    // No run took it up.
    MissedByDowntime = (byte)'D',
    MissedByCapacity = (byte)'C',
    MissedByConcurrency = (byte)'B',
    MissedByQuota = (byte)'Q',
    MissedByAuth = (byte)'A',

    /// <summary>The store or its connector was suspended: nobody wanted it.</summary>
    Suspended = (byte)'s',

    /// <summary>The occasion was for other stores.</summary>
    NotMeant = (byte)'.',

    /// <summary>The store was not listed then.</summary>
    NotListed = (byte)'-',

    Unknown = (byte)'?',
}

/// <summary>What outcomes have in common.</summary>
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
            MissCause.Infra => StoreOutcome.BrokenOff,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>Something of the store was synced.</summary>
    public static bool IsSync(this StoreOutcome outcome) =>
        outcome is StoreOutcome.Ok or StoreOutcome.OkWithoutCounts or StoreOutcome.SomeFailed;

    /// <summary>The store should have been synced, whether it was or not.</summary>
    public static bool IsDue(this StoreOutcome outcome) =>
        outcome
            is not (StoreOutcome.Suspended or StoreOutcome.NotMeant or StoreOutcome.NotListed or StoreOutcome.Unknown);

    /// <summary>A run took the store up; it tells of itself.</summary>
    public static bool IsOfRun(this StoreOutcome outcome) => outcome.IsDue() && !outcome.IsMiss();

    /// <summary>The store was due and no run took it up.</summary>
    public static bool IsMiss(this StoreOutcome outcome) =>
        outcome
            is StoreOutcome.MissedByDowntime
                or StoreOutcome.MissedByCapacity
                or StoreOutcome.MissedByConcurrency
                or StoreOutcome.MissedByQuota
                or StoreOutcome.MissedByAuth;
}
