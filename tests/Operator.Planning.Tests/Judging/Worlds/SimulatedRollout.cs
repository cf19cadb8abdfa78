using System.Collections.Immutable;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging.Worlds;

internal enum RolloutEnd
{
    Completed,
    Failed,
    Held,
}

/// <summary>How a rollout ended, and on which occasion.</summary>
internal sealed record RolloutResult(RolloutEnd End, string Reason, int At, OtherRules Others);

/// <summary>
/// A whole rollout of one flow through its steps, without dwell. It is complete after 60 passes of the last step, and held after 100
/// occasions of one hold. The other rules see the same runs; where the judge is faster, they see 60 occasions more of the same step.
/// </summary>
internal sealed class SimulatedRollout
{
    private const int PassesOfLastStep = 60;
    private const int OccasionsOfHold = 100;
    private const int OccasionsAfterFailure = 60;
    private const int MostOccasions = 2000;
    private const int MostGroups = 8;
    private const int MostOutside = 12;
    private readonly JudgePolicy _policy = new() { LooksBack = true };
    private readonly ImmutableArray<int> _steps;
    private readonly OtherRules _others;
    private FlowTrial _trial;
    private int _step;
    private int _passes;
    private int _holds;
    private string _heldBy = "";

    private SimulatedRollout(int stores)
    {
        _steps = StepsOf(stores);
        _others = new OtherRules(_policy.MaxErrorRate);
        _trial = Judge.Begin(stores, new Reporting(true, true));
    }

    public static RolloutResult Play(World world, Harm harm, int stores, int seed)
    {
        var (fleet, rollout) = (new Fleet(world, harm, stores, seed), new SimulatedRollout(stores));
        RolloutResult? result = null;
        for (var at = 0; at < (result is null ? MostOccasions : result.At + OccasionsAfterFailure); at++)
        {
            fleet.Live(at);
            var isHarmful = !harm.IsLate || rollout._step == rollout._steps.Length - 1;
            var moment = new Moment(at, rollout._steps[rollout._step], rollout._trial.Stage, seed, isHarmful);
            var occasion = OccasionOf(fleet, world, moment);
            rollout._others.See(occasion.Runs);
            result ??= rollout.Judged(occasion, at);
            if (result is { End: not RolloutEnd.Failed })
            {
                return result;
            }
        }
        return result ?? new RolloutResult(RolloutEnd.Held, "", MostOccasions, rollout._others);
    }

    /// <summary>Null: the rollout goes on.</summary>
    private RolloutResult? Judged(SettledOccasion occasion, int at)
    {
        _trial = Judge.Settle(_trial, occasion, _policy);
        var verdict = Judge.Decide([new FlowCase("orders", _trial, _policy)], _steps[_step]).Verdict;
        switch (verdict)
        {
            case Verdict.Fail:
                return new RolloutResult(RolloutEnd.Failed, verdict.Reason, at, _others);
            case Verdict.Hold:
                (_holds, _heldBy) = (_heldBy == verdict.Reason ? _holds + 1 : 1, verdict.Reason);
                break;
            case Verdict.Pass when _step < _steps.Length - 1:
                (_step, _holds) = (_step + 1, 0);
                _trial = Judge.BeginStep(_trial, _trial.Stage + 1);
                _others.BeginStep();
                break;
            case Verdict.Pass:
                (_passes, _holds) = (_passes + 1, 0);
                break;
        }
        if (_holds < OccasionsOfHold && _passes < PassesOfLastStep)
        {
            return null;
        }
        var end = _passes >= PassesOfLastStep ? RolloutEnd.Completed : RolloutEnd.Held;
        return new RolloutResult(end, verdict.Reason, at, _others);
    }

    private static SettledOccasion OccasionOf(Fleet fleet, World world, Moment moment) =>
        new()
        {
            Stage = moment.Stage,
            Runs =
            [
                .. fleet
                    .Groups(moment.Cohort, MostGroups)
                    .Select(g => fleet.Run(g, CoinOf(fleet.Names[g[0]], world, moment), moment.At, moment.IsHarmful)),
            ],
            Outside =
            [
                .. Enumerable
                    .Range(moment.Cohort, Math.Min(MostOutside, fleet.Names.Length - moment.Cohort))
                    .Select(i => fleet.Run([i], Coin.Forced(Arm.Stable), moment.At, isHarmful: false)),
            ],
        };

    private static Coin CoinOf(string firstStore, World world, Moment moment) =>
        Coin.Flip($"{moment.Seed:x16}", "orders", $"s{moment.At}", firstStore, world.CandidateShare);

    private static ImmutableArray<int> StepsOf(int stores) =>
        stores switch
        {
            1 => [1],
            7 => [1, 2, 4, 7],
            20 => [1, 5, 10, 20],
            100 => [1, 5, 25, 50, 100],
            _ => [Math.Max(1, stores / 100), stores / 10, stores / 2, stores],
        };

    private sealed record Moment(int At, int Cohort, int Stage, int Seed, bool IsHarmful);
}
