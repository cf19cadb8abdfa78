using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>Adds an occasion's runs to the sums, once the bets on it are placed.</summary>
internal sealed class Counting
{
    private readonly CountScope _scope;
    private readonly int _stage;
    private readonly ImmutableSortedDictionary<string, StoreTrial>.Builder _stores;
    private ItemCounts _fleet;
    private StepSums _candidate;
    private StepSums _stable;

    private Counting(FlowTrial trial, CountScope scope)
    {
        (_scope, _stage, _stores, _fleet) = (scope, trial.Stage, trial.Stores.ToBuilder(), trial.Fleet);
        (_candidate, _stable) = (trial.Candidate, trial.Stable);
    }

    public static FlowTrial Count(
        FlowTrial trial,
        IReadOnlyCollection<RunReading> ended,
        IReadOnlyCollection<RunReading> outside,
        CountScope scope
    )
    {
        var counting = new Counting(trial, scope);
        foreach (var run in ended)
        {
            counting.Add(run);
        }
        var fleet = counting._fleet;
        if (scope.IsCounted)
        {
            fleet = outside.Where(r => !r.EndedBadly).Aggregate(fleet, (sum, r) => sum + r.Total);
        }
        // An occasion of which every run was lost is no round.
        var isRound = scope is { IsCounted: true, IsOfStep: true } && ended.Count > 0;
        return trial with
        {
            Stores = counting._stores.ToImmutable(),
            Fleet = fleet,
            Candidate = counting._candidate,
            Stable = counting._stable,
            Rounds = trial.Rounds + (isRound ? 1 : 0),
        };
    }

    private void Add(RunReading run)
    {
        var newStores = _scope.IsCounted ? AddToStores(run) : 0;
        if (!_scope.IsOfStep)
        {
            return;
        }
        if (run.Coin.Arm == Arm.Candidate)
        {
            _candidate = _candidate.With(run, _scope.IsCounted, newStores);
        }
        else
        {
            _stable = _stable.With(run, _scope.IsCounted, newStores);
        }
    }

    /// <summary>Returns how many stores the arm reached for the first time in this step.</summary>
    private int AddToStores(RunReading run)
    {
        var (newStores, arm) = (0, run.Coin.Arm);
        for (var i = 0; i < run.Stores.Length; i++)
        {
            if (run.ItemsOf(i) is not { } items)
            {
                continue;
            }
            var store = _stores.GetValueOrDefault(run.Stores[i], StoreTrial.New);
            var sums = store.Of(arm);
            if (_scope.IsOfStep && sums.ReachedStage != _stage)
            {
                newStores++;
                sums = sums with { ReachedStage = _stage };
            }
            if (!run.EndedBadly)
            {
                sums = sums with { Runs = sums.Runs + 1, Items = sums.Items + items };
                _fleet = arm == Arm.Stable ? _fleet + items : _fleet;
            }
            _stores[run.Stores[i]] = store.With(arm, sums);
        }
        return newStores;
    }
}
