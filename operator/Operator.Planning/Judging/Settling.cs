namespace Operator.Planning.Judging;

/// <summary>
/// Settles an occasion of a flow with coins. Bets are placed first, by the counts from before the occasion, then its runs are counted.
/// </summary>
internal static class Settling
{
    private const int MostPast = 200;

    /// <summary>Watched questions forget luck of long ago, and so do the step's own bets.</summary>
    private const double WatchedIsKept = 0.98;
    private const double OwnIsKept = 0.99;

    public static FlowTrial Settle(FlowTrial before, SettledOccasion occasion, JudgePolicy policy)
    {
        var reporting = before.Reporting;
        var runs = occasion
            .Runs.Where(r => !r.Coin.IsForced)
            .OrderBy(r => r.Stores[0], StringComparer.Ordinal)
            .Select(r => RunReading.Of(r, reporting))
            .ToList();
        var outside = Outside(before, occasion);
        var ended = runs.Where(r => !r.IsLost).ToList();

        var trial = Fade(WithoutCoinsOf(before, occasion), policy);
        trial = AskAboutLosses(trial, runs, policy);
        trial = TroubleSight.After(trial, ended, outside, policy);
        var scope = new CountScope(
            IsCounted: before.Trouble == Trouble.None && trial.Trouble == Trouble.None,
            IsOfStep: occasion.Stage == trial.Stage
        );
        trial = Share(trial);
        // In an outage, too: to leave runs out by how they ended would be unfair.
        trial = Bets.Place(trial, runs, scope, policy);
        trial = Counting.Count(trial, ended, outside, scope);
        trial = trial with { Reporting = reporting.With(occasion.Runs.Concat(occasion.Outside)) };
        return Remember(trial);
    }

    public static List<RunReading> Outside(FlowTrial before, SettledOccasion occasion) =>
        [.. occasion.Outside.Where(r => r.Close != RunClose.Lost).Select(r => RunReading.Of(r, before.Reporting))];

    public static FlowTrial Remember(FlowTrial trial)
    {
        var past = trial.Past.Add((float)Evidence.Own(trial));
        return trial with { Past = past.Length > MostPast ? past.RemoveAt(0) : past };
    }

    /// <summary>Such a run comes between the coin and the run that would be asked about it.</summary>
    private static FlowTrial WithoutCoinsOf(FlowTrial trial, SettledOccasion occasion)
    {
        var forced = occasion.Runs.Where(r => r.Coin.IsForced && r.Close != RunClose.Lost).SelectMany(r => r.Stores);
        return Forget(trial, occasion.RanWithoutCoin.Concat(forced));
    }

    public static FlowTrial Forget(FlowTrial trial, IEnumerable<string> coinless)
    {
        var stores = trial.Stores.ToBuilder();
        foreach (var name in coinless)
        {
            if (stores.TryGetValue(name, out var store))
            {
                stores[name] = store with { LastCoin = null };
            }
        }
        return trial with { Stores = stores.ToImmutable() };
    }

    private static FlowTrial Fade(FlowTrial trial, JudgePolicy policy) =>
        trial with
        {
            SpoilsNextRun = trial.SpoilsNextRun.Faded(WatchedIsKept, policy.WatchedLogCap),
            LosesOnCandidate = trial.LosesOnCandidate.Faded(WatchedIsKept, policy.WatchedLogCap),
            LosesOnStable = trial.LosesOnStable.Faded(WatchedIsKept, policy.WatchedLogCap),
            OwnBets = trial.OwnBets.Faded(OwnIsKept, Question.MostLog),
        };

    private static FlowTrial AskAboutLosses(FlowTrial trial, List<RunReading> runs, JudgePolicy policy)
    {
        var asked = trial with
        {
            LosesOnCandidate = trial.LosesOnCandidate.With([.. runs.Select(r => new Answer(r.IsLost, r.Coin))]),
            LosesOnStable = trial.LosesOnStable.With([.. runs.Select(r => new Answer(r.IsLost, r.Coin.Mirrored))]),
        };
        return asked with { IsSuspected = trial.IsSuspected || Evidence.LosesRuns(asked) >= policy.Suspicion };
    }

    private static FlowTrial Share(FlowTrial trial) =>
        trial with
        {
            Questions = trial.Questions.Shared(trial.Occasions),
            Charitable = trial.Charitable.Shared(trial.Occasions),
            Occasions = trial.Occasions + 1,
        };
}

/// <summary>What an occasion counts for, beside the bets.</summary>
/// <param name="IsCounted">There was no trouble, before and after.</param>
/// <param name="IsOfStep">Its coins were flipped in the present step.</param>
internal readonly record struct CountScope(bool IsCounted, bool IsOfStep);
