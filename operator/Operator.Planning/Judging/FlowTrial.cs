using System.Collections.Immutable;

namespace Operator.Planning.Judging;

/// <summary>
/// All that the judge knows of one flow of an attempt. Immutable; <see cref="Judge"/> makes the next one from it, and
/// <see cref="TrialForm"/> makes bytes of it.
/// </summary>
public sealed record FlowTrial
{
    internal FlowTrial() { }

    /// <summary>False where every cohort run is on the candidate: <c>control: 0%</c>, or a flow that stable does not have.</summary>
    public bool HasCoins { get; internal init; } = true;

    /// <summary>Stores that get a question of their own, the first that run. Fixed at the beginning, so that no store is picked by its luck.</summary>
    public int QuestionsForStores { get; internal init; }

    /// <summary>How many of these are given.</summary>
    internal int QuestionsGiven { get; init; }

    /// <summary>The stage of the attempt that the step's sums belong to.</summary>
    public int Stage { get; internal init; } = 1;

    /// <summary>Settled occasions on which the state of trouble was none, before and after, and a run was not lost. In this step.</summary>
    public int Rounds { get; internal init; }

    public StepSums Candidate { get; internal init; } = StepSums.None;
    public StepSums Stable { get; internal init; } = StepSums.None;
    public Trouble Trouble { get; internal init; }

    /// <summary>The arms seemed to lose runs unequally once: from then on proof needs the charitable evidence, too.</summary>
    public bool IsSuspected { get; internal init; }

    /// <summary>Evidence after each of the last settled occasions, oldest first.</summary>
    public ImmutableArray<float> Past { get; internal init; } = [];

    internal Reporting Reporting { get; init; }

    /// <summary>Settled occasions of the attempt.</summary>
    internal int Occasions { get; init; }

    internal QuestionSet Questions { get; init; } = QuestionSet.New;

    /// <summary>The same questions, with each lost run answered in the candidate's favour.</summary>
    internal QuestionSet Charitable { get; init; } = QuestionSet.New;

    /// <summary>The step's own bets: the questions about failures, new at each step. They prove nothing.</summary>
    internal QuestionSet OwnBets { get; init; } = QuestionSet.New;

    /// <summary>Watched: does the run after a candidate run end far?</summary>
    internal Question SpoilsNextRun { get; init; }

    /// <summary>Watched: are more runs lost on the candidate, or on stable?</summary>
    internal Question LosesOnCandidate { get; init; }
    internal Question LosesOnStable { get; init; }

    /// <summary>Runs on stable outside the cohort in this step. Only a flow without coins is compared with them.</summary>
    internal StepSums Outside { get; init; } = StepSums.None;

    /// <summary>All store sums on stable, and the runs outside that did not end badly.</summary>
    internal ItemCounts Fleet { get; init; }

    /// <summary>Whether the cohort's last four stable runs ended far, oldest first.</summary>
    internal ImmutableArray<bool> LastStableEnds { get; init; } = [];

    /// <summary>Runs on stable on the newest occasion, of the cohort and outside.</summary>
    internal FarRuns LastOnStable { get; init; }

    /// <summary>Sorted, so that sums over all stores are the same in every process.</summary>
    internal ImmutableSortedDictionary<string, StoreTrial> Stores { get; init; } =
        ImmutableSortedDictionary.Create<string, StoreTrial>(StringComparer.Ordinal);
}

/// <summary>Of so many runs that say something, how many ended far.</summary>
internal readonly record struct FarRuns(int Far, int Of);

/// <summary>
/// Most runs on stable fail far, and the candidate does no better. While there is trouble the step holds, and its occasions are bet on
/// and count for nothing else.
/// </summary>
public enum Trouble
{
    None,

    /// <summary>In all stores.</summary>
    Outage,

    /// <summary>In the cohort alone.</summary>
    CohortInTrouble,
}
