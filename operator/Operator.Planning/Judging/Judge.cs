using System.Collections.Immutable;

namespace Operator.Planning.Judging;

/// <summary>
/// Judges a candidate by coins. Each first run of the cohort's groups is given to candidate or stable by a fair coin, so if the versions
/// are alike, the coin can't know how a run ends. Bettors bet on it all the same, with the run's outcome in hand. What they own together
/// is the evidence: alike versions win nothing on average, so it reaches 1/α in at most a share α of attempts (Ville 1939), in any world
/// and however often anybody looks. What wins is a real difference between the arms.
/// </summary>
/// <remarks>
/// The assumption: how a run ends does not depend on its own coin, nor on one of the same occasion or of a later one. It may depend on all
/// else, such as the hour, the store, and earlier coins. So groups are formed before the coins, and whether a group has a coin is decided
/// before it.
/// </remarks>
public static class Judge
{
    /// <summary>
    /// A flow at the beginning of an attempt. <paramref name="activeStores"/> is the number of stores that get a question of their own,
    /// <paramref name="reporting"/> tells which of the two revisions has sent a report in this flow before.
    /// </summary>
    public static FlowTrial Begin(int activeStores, Reporting reporting, bool hasCoins = true) =>
        new()
        {
            QuestionsForStores = activeStores,
            Reporting = reporting,
            HasCoins = hasCoins,
        };

    /// <summary>
    /// Resets the sums, the rounds and the step's own bets. The evidence, trouble, suspicion and the watched questions are the attempt's.
    /// </summary>
    public static FlowTrial BeginStep(FlowTrial trial, int stage) =>
        trial with
        {
            Stage = stage,
            Rounds = 0,
            Candidate = StepSums.None,
            Stable = StepSums.None,
            Outside = StepSums.None,
            OwnBets = QuestionSet.New,
        };

    /// <summary>Settles one occasion. To be called once for each, in the order in which they were planned.</summary>
    public static FlowTrial Settle(FlowTrial trial, SettledOccasion occasion, JudgePolicy policy) =>
        trial.HasCoins ? Settling.Settle(trial, occasion, policy) : CoinlessFlow.Settle(trial, occasion, policy);

    /// <summary>
    /// These stores ran without a coin after their last first run, for example for a retry: the next first run is not asked whether the
    /// one before spoiled it.
    /// </summary>
    public static FlowTrial Forget(FlowTrial trial, IEnumerable<string> stores) => Settling.Forget(trial, stores);

    /// <summary>
    /// The verdict on the running step of a cohort of so many stores. <paramref name="flows"/>: those of the attempt's beginning that are
    /// judged and still listed, at least one. <paramref name="gone"/>: those that left the spec since. They are not judged and stay in the
    /// mean: to leave one out with the data in hand would break its promise.
    /// </summary>
    public static RolloutVerdict Decide(ImmutableArray<FlowCase> flows, ImmutableArray<FlowTrial> gone, int cohort) =>
        RolloutFinding.Decide(flows, gone, cohort);

    /// <summary>As above, when no flow left the spec.</summary>
    public static RolloutVerdict Decide(ImmutableArray<FlowCase> flows, int cohort) => Decide(flows, [], cohort);

    /// <summary>What the bettors of one flow own together.</summary>
    public static double EvidenceOf(FlowTrial trial) => Evidence.Own(trial);
}
