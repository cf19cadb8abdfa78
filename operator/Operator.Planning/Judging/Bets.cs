namespace Operator.Planning.Judging;

/// <summary>Asks each run of an occasion the questions that fit it, and lets the bettors bet on its coin.</summary>
internal sealed class Bets
{
    private readonly FlowTrial _before;
    private readonly CountScope _scope;
    private readonly JudgePolicy _policy;
    private readonly AnswerSheet _answers = new();
    private readonly AnswerSheet _charitable = new();
    private readonly AnswerSheet _own = new();
    private readonly List<Answer> _spoils = [];

    private Bets(FlowTrial before, CountScope scope, JudgePolicy policy) =>
        (_before, _scope, _policy) = (before, scope, policy);

    /// <summary>All sums of <paramref name="before"/> are those from before the occasion.</summary>
    public static FlowTrial Place(
        FlowTrial before,
        IReadOnlyCollection<RunReading> runs,
        CountScope scope,
        JudgePolicy policy
    )
    {
        var bets = new Bets(before, scope, policy);
        foreach (var run in runs)
        {
            bets.Ask(run);
        }
        return StoreBets.Place(before, runs) with
        {
            Questions = before.Questions.With(bets._answers),
            Charitable = before.Charitable.With(bets._charitable),
            OwnBets = before.OwnBets.With(bets._own),
            SpoilsNextRun = before.SpoilsNextRun.With(bets._spoils),
        };
    }

    private void Ask(RunReading run)
    {
        if (run.IsLost)
        {
            // It has no outcome. The charitable bettors lose by it the most that any outcome could cost them.
            _charitable.AddInFavour(run.Coin);
            return;
        }
        if (run.SaysSomething)
        {
            AskAboutFailures(run);
            AskAboutRunBefore(run);
        }
        if (!run.EndedBadly && Expectations.Volume(_before, run) is > 0 and var usual)
        {
            var less = new Answer(run.Total.Attempted < usual / 2, run.Coin);
            _answers.Less.Add(less);
            _charitable.Less.Add(less);
        }
    }

    private void AskAboutFailures(RunReading run)
    {
        var (expected, whole) = (Expectations.Failures(_before, run), run.FailedWholly);
        var answers = new FailureAnswers(
            More: whole || run.Total.Failed > expected,
            Twice: whole || run.Total.Failed > (2 * expected) + 1,
            Whole: whole
        );
        _answers.AddFailures(run.Coin, answers);
        _charitable.AddFailures(run.Coin, answers);
        if (_scope is { IsCounted: true, IsOfStep: true })
        {
            // These prove nothing, so occasions in trouble may be left out, and must: they teach the bettors to lose.
            _own.AddFailures(run.Coin, answers);
        }
    }

    /// <summary>
    /// The bet is on the coin of the run before, so no sum enters: sums know that coin. Only the first store of that run's group is asked
    /// for it, so each coin is bet on once.
    /// </summary>
    private void AskAboutRunBefore(RunReading run)
    {
        foreach (var name in run.Stores)
        {
            if (_before.Stores.GetValueOrDefault(name)?.LastCoin is { } coin)
            {
                _spoils.Add(new Answer(run.EndedFar(_policy), coin));
                return;
            }
        }
    }
}

/// <summary>The stores' own questions, which see a version that breaks single stores, and the coins that later runs are asked about.</summary>
internal static class StoreBets
{
    public static FlowTrial Place(FlowTrial before, IEnumerable<RunReading> runs)
    {
        var stores = before.Stores.ToBuilder();
        var given = before.QuestionsGiven;
        foreach (var run in runs.Where(r => !r.IsLost))
        {
            var byName = Enumerable.Range(0, run.Stores.Length).OrderBy(i => run.Stores[i], StringComparer.Ordinal);
            foreach (var i in byName)
            {
                var store = stores.GetValueOrDefault(run.Stores[i], StoreTrial.New);
                if (store.Breaks is null && given < before.QuestionsForStores)
                {
                    given++;
                    store = store with { Breaks = default(Question) };
                }
                stores[run.Stores[i]] = store with
                {
                    Breaks = AnswerOf(run, i) is { } answer ? store.Breaks?.With([answer]) : store.Breaks,
                    LastCoin = i == 0 ? run.Coin : null,
                };
            }
        }
        return before with { Stores = stores.ToImmutable(), QuestionsGiven = given };
    }

    /// <summary>Null: the run says nothing of the store.</summary>
    private static Answer? AnswerOf(RunReading run, int store)
    {
        var items = run.ItemsOf(store);
        var isLeftOut = items is null && !run.EndedBadly;
        var failedAlone = run.EndedBadly && run.Stores.Length == 1;
        if (isLeftOut || failedAlone)
        {
            return new Answer(IsYes: true, run.Coin);
        }
        return items is { Attempted: > 0 } ? new Answer(items.Value.HaveFailedWholly, run.Coin) : null;
    }
}
