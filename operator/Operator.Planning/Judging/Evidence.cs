namespace Operator.Planning.Judging;

/// <summary>What the bettors on each kind of question own, as parts of the evidence.</summary>
internal readonly record struct EvidenceParts(double More, double Twice, double Whole, double Less, double Stores)
{
    public double Failures => More + Twice + Whole;
    public double Sum => Failures + Less + Stores;

    /// <summary>What owns most; at a tie the first.</summary>
    public EvidenceKind Largest =>
        Failures >= Less && Failures >= Stores ? EvidenceKind.Failures
        : Less >= Stores ? EvidenceKind.Less
        : EvidenceKind.Stores;
}

internal enum EvidenceKind
{
    Failures,
    Less,
    Stores,
}

/// <summary>The evidence: the inverse of the chance that versions that are alike ever look as different as these.</summary>
internal static class Evidence
{
    /// <summary>Each question weighs one fifth; the stores' questions together weigh one fifth, too.</summary>
    private const int Weights = 5;

    /// <summary>Once the arms are suspected of losing runs unequally, proof needs the charitable evidence as well.</summary>
    public static double Own(FlowTrial trial)
    {
        if (!trial.HasCoins)
        {
            return 1;
        }
        var evidence = PartsOf(trial).Sum;
        return trial.IsSuspected ? Math.Min(evidence, Charitable(trial)) : evidence;
    }

    public static EvidenceParts PartsOf(FlowTrial trial)
    {
        var questions = trial.Questions;
        return new EvidenceParts(
            questions.More.Wealth / Weights,
            questions.Twice.Wealth / Weights,
            questions.Whole.Wealth / Weights,
            questions.Less.Wealth / Weights,
            OfStores(trial) / Weights
        );
    }

    /// <summary>Averages at most 1 whatever is lost, on whichever arm.</summary>
    public static double Charitable(FlowTrial trial) => (trial.Charitable.Wealth + 1) / Weights;

    /// <summary>Bets that one arm loses more runs than the other.</summary>
    public static double LosesRuns(FlowTrial trial) => (trial.LosesOnCandidate.Wealth + trial.LosesOnStable.Wealth) / 2;

    /// <summary>In this step, what was bet on failures is not worth more than its stake and a tenth.</summary>
    public static bool OwnBetsAreLosing(FlowTrial trial) =>
        trial.OwnBets.FailureWealth <= 1.1 * QuestionSet.FailureCount;

    /// <summary>
    /// Items per run, candidate over stable, each store compared with itself (Mantel and Haenszel): Σ c·sr/(cr + sr) over
    /// Σ s·cr/(cr + sr). 1 where nothing can be compared.
    /// </summary>
    public static double Volume(FlowTrial trial)
    {
        var (candidate, stable) = (0.0, 0.0);
        foreach (var store in trial.Stores.Values)
        {
            var (c, s) = (store.Candidate, store.Stable);
            if (c.Runs > 0 && s.Runs > 0)
            {
                candidate += (double)c.Items.Attempted * s.Runs / (c.Runs + s.Runs);
                stable += (double)s.Items.Attempted * c.Runs / (c.Runs + s.Runs);
            }
        }
        return stable > 0 ? candidate / stable : 1;
    }

    /// <summary>The mean over a fixed number of stores; questions not yet given count as 1.</summary>
    private static double OfStores(FlowTrial trial)
    {
        var owned = (double)(trial.QuestionsForStores - trial.QuestionsGiven);
        foreach (var store in trial.Stores.Values)
        {
            owned += store.Breaks?.Wealth ?? 0;
        }
        return trial.QuestionsForStores > 0 ? owned / trial.QuestionsForStores : 1;
    }
}
