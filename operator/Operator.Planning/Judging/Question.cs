using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>What a run answered to a question, and the coin that is bet on.</summary>
internal readonly record struct Answer(bool IsYes, Coin Coin);

/// <summary>
/// A question about runs, with its two bettors. One expects the answer yes twice as often on the candidate, the other eight times. Each
/// starts with 1 and bets on the coin with the answer in hand: a fair coin gives it nothing on average, whatever the runs do. What they
/// own is held as logarithms.
/// </summary>
internal readonly record struct Question(int Asked, int Yes, double LogTwo, double LogEight)
{
    public const int Bettors = 2;
    private const int LowRatio = 2;
    private const int HighRatio = 8;

    /// <summary>What a bettor owns is held as a logarithm and cut off here, below what a double can hold.</summary>
    public const double MostLog = 600;

    public double OwnedByTwo => Math.Exp(Math.Min(MostLog, LogTwo));
    public double OwnedByEight => Math.Exp(Math.Min(MostLog, LogEight));

    /// <summary>The mean of what the two bettors own.</summary>
    public double Wealth => (OwnedByTwo + OwnedByEight) / Bettors;

    /// <summary>How often the next answer is expected to be yes, on both arms together: m = min(0.95, (yes + ¼)/(asked + 1)).</summary>
    private double Rate => Math.Min(0.95, (Yes + 0.25) / (Asked + 1));

    /// <summary>
    /// The bets on all answers of one occasion. They use the rate from before it: with a rate that runs on in the order of ending, a
    /// version that is merely slower would earn evidence.
    /// </summary>
    public Question With(IReadOnlyList<Answer> answers)
    {
        var (rate, yes, logTwo, logEight) = (Rate, Yes, LogTwo, LogEight);
        foreach (var answer in answers)
        {
            yes += answer.IsYes ? 1 : 0;
            logTwo += LogFactor(answer, rate, LowRatio);
            logEight += LogFactor(answer, rate, HighRatio);
        }
        return new Question(Asked + answers.Count, yes, logTwo, logEight);
    }

    /// <summary>Forgets a part, and cuts off what is above the cap.</summary>
    public Question Faded(double kept, double cap) =>
        this with
        {
            LogTwo = Math.Min(kept * LogTwo, cap),
            LogEight = Math.Min(kept * LogEight, cap),
        };

    /// <summary>Each bettor keeps the rest of its own and gets its share of the pool.</summary>
    public Question Shared(double part, double mean) =>
        this with
        {
            LogTwo = Math.Log(((1 - part) * OwnedByTwo) + (part * mean)),
            LogEight = Math.Log(((1 - part) * OwnedByEight) + (part * mean)),
        };

    /// <summary>
    /// The bettor splits the rate m as p₁ for the candidate and p₀ for stable with q·p₁ + (1 − q)·p₀ = m. Its factor is pₐ/m for yes and
    /// (1 − pₐ)/(1 − m) for no: over the coin either averages exactly 1.
    /// </summary>
    private static double LogFactor(Answer answer, double rate, int ratio)
    {
        var share = answer.Coin.CandidateShare;
        var onCandidate = Math.Min(0.98, ratio * rate / (1 - share + (share * ratio)));
        var onStable = (rate - (share * onCandidate)) / (1 - share);
        var expected = answer.Coin.Arm == Arm.Candidate ? onCandidate : onStable;
        return Math.Log(answer.IsYes ? expected / rate : (1 - expected) / (1 - rate));
    }
}
