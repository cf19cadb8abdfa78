namespace Operator.Planning.Judging;

/// <summary>The limits of one flow in one step, as fractions. Within an attempt only the false abort rate may not change.</summary>
public sealed record JudgePolicy
{
    /// <summary>The share of items, and of runs, that may fail: "the limit".</summary>
    public double MaxErrorRate { get; init; } = 0.02;

    /// <summary>By how much more the candidate may fail than stable in the same step before a proof of it fails the attempt.</summary>
    public double MaxIncrease { get; init; } = 0.5;

    /// <summary>How much less the candidate may do than stable in the same stores. As much more holds, too: duplicates.</summary>
    public double MaxVolumeDrop { get; init; } = 0.5;

    /// <summary>The share of attempts with two versions alike that may be failed by evidence (α).</summary>
    public double FalseAbortRate { get; init; } = 0.01;

    /// <summary>Runs of each arm.</summary>
    public int MinRuns { get; init; } = 10;

    /// <summary>Items of the candidate.</summary>
    public int MinItems { get; init; } = 50;

    /// <summary>Stores of the candidate; capped at the size of the cohort.</summary>
    public int MinStores { get; init; } = 2;

    /// <summary>
    /// An occasion with fewer than two runs on stable is judged with the cohort's last ones. Else it ends an outage, which a cohort of few runs would
    /// leave by its coins alone, and the only store of a connector could have none. The reference does not look back.
    /// </summary>
    public bool LooksBack { get; init; }

    /// <summary>
    /// Evidence that is proof. Evidence averages 1 where the versions are alike, so by Ville's inequality it ever reaches 1/α in at most
    /// a share α of such attempts.
    /// </summary>
    internal double Proof => 1 / FalseAbortRate;

    /// <summary>Evidence that lets nothing pass, and lets the arms be suspected of losing runs unequally.</summary>
    internal double Suspicion => Math.Max(2, 0.1 / FalseAbortRate);

    /// <summary>What a watched question may own at most at the start of an occasion: what it forgets must be what it can lose.</summary>
    internal double WatchedLogCap => Math.Log(10 / FalseAbortRate);

    /// <summary>A run fails far when more of its items fail.</summary>
    internal double FarRate => Math.Max(0.2, 2 * MaxErrorRate);
}
