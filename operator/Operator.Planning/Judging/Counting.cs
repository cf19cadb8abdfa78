namespace Operator.Planning.Judging;

/// <summary>Adds an occasion's runs to the sums, once the bets on it are placed.</summary>
internal static class Counting
{
    public static FlowTrial Count(
        FlowTrial trial,
        IReadOnlyCollection<RunReading> ended,
        IReadOnlyCollection<RunReading> outside,
        CountScope scope
    )
    {
        foreach (var run in ended)
        {
            trial = CountRun(trial, run, scope);
        }
        if (scope.IsCounted)
        {
            trial = trial with
            {
                Fleet = outside.Where(r => !r.EndedBadly).Aggregate(trial.Fleet, (sum, r) => sum + r.Total),
            };
        }
        // An occasion of which every run was lost is no round.
        return scope is { IsCounted: true, IsOfStep: true } && ended.Count > 0
            ? trial with
            {
                Rounds = trial.Rounds + 1,
            }
            : trial;
    }

    private static FlowTrial CountRun(FlowTrial trial, RunReading run, CountScope scope)
    {
        var arm = run.Coin.Arm;
        var newStores = 0;
        if (scope.IsCounted)
        {
            (trial, newStores) = CountInStores(trial, run, scope);
        }
        return scope.IsOfStep ? trial.With(arm, trial.Of(arm).With(run, scope.IsCounted, newStores)) : trial;
    }

    /// <summary>Returns also how many stores the arm reached for the first time in this step.</summary>
    private static (FlowTrial Trial, int NewStores) CountInStores(FlowTrial trial, RunReading run, CountScope scope)
    {
        var (stores, fleet, newStores, arm) = (trial.Stores.ToBuilder(), trial.Fleet, 0, run.Coin.Arm);
        for (var i = 0; i < run.Stores.Length; i++)
        {
            if (run.ItemsOf(i) is not { } items)
            {
                continue;
            }
            var store = stores.GetValueOrDefault(run.Stores[i], StoreTrial.New);
            var sums = store.Of(arm);
            if (scope.IsOfStep && sums.ReachedStage != trial.Stage)
            {
                newStores++;
                sums = sums with { ReachedStage = trial.Stage };
            }
            if (!run.EndedBadly)
            {
                sums = sums with { Runs = sums.Runs + 1, Items = sums.Items + items };
                fleet = arm == Record.Arm.Stable ? fleet + items : fleet;
            }
            stores[run.Stores[i]] = store.With(arm, sums);
        }
        return (trial with { Stores = stores.ToImmutable(), Fleet = fleet }, newStores);
    }
}
