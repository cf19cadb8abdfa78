namespace Operator.Planning.Judging;

/// <summary>The questions that are asked of runs as wholes.</summary>
/// <param name="More">The run failed wholly, or more of its items failed than expected.</param>
/// <param name="Twice">It failed wholly, or more than 2 × expected + 1 failed.</param>
/// <param name="Whole">It failed wholly.</param>
/// <param name="Less">It did fewer items than half of usual.</param>
internal sealed record QuestionSet(Question More, Question Twice, Question Whole, Question Less)
{
    public const int Count = 4;

    /// <summary>The questions that ask for failures.</summary>
    public const int FailureCount = 3;

    public static QuestionSet New { get; } = new(default, default, default, default);

    public double FailureWealth => More.Wealth + Twice.Wealth + Whole.Wealth;

    public double Wealth => FailureWealth + Less.Wealth;

    public QuestionSet With(AnswerSheet answers) =>
        new(More.With(answers.More), Twice.With(answers.Twice), Whole.With(answers.Whole), Less.With(answers.Less));

    public QuestionSet Faded(double kept, double cap) =>
        new(More.Faded(kept, cap), Twice.Faded(kept, cap), Whole.Faded(kept, cap), Less.Faded(kept, cap));

    /// <summary>
    /// Each of the eight bettors gives a part of what it owns into a pool that is shared equally, less and less: so nobody is ruined for
    /// good, and harm that begins late is seen. What they give each other changes nothing in the sum.
    /// </summary>
    public QuestionSet Shared(int occasionsBefore)
    {
        var part = 1.0 / (100 + occasionsBefore);
        var mean = Wealth / Count;
        return new QuestionSet(
            More.Shared(part, mean),
            Twice.Shared(part, mean),
            Whole.Shared(part, mean),
            Less.Shared(part, mean)
        );
    }
}

/// <summary>The answers of one occasion's runs to one set of questions.</summary>
internal sealed class AnswerSheet
{
    public List<Answer> More { get; } = [];
    public List<Answer> Twice { get; } = [];
    public List<Answer> Whole { get; } = [];
    public List<Answer> Less { get; } = [];

    /// <summary>A lost run, answered in the candidate's favour: yes on stable, no on the candidate.</summary>
    public void AddInFavour(Coin coin)
    {
        var answer = new Answer(coin.Arm == Record.Arm.Stable, coin);
        More.Add(answer);
        Twice.Add(answer);
        Whole.Add(answer);
        Less.Add(answer);
    }

    public void AddFailures(Coin coin, FailureAnswers answers)
    {
        More.Add(new Answer(answers.More, coin));
        Twice.Add(new Answer(answers.Twice, coin));
        Whole.Add(new Answer(answers.Whole, coin));
    }
}

/// <summary>What a run that says something answers to the questions about failures.</summary>
internal readonly record struct FailureAnswers(bool More, bool Twice, bool Whole);
