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
/// occasions of one hold. The other rules see the same runs.
/// </summary>
internal static class SimulatedRollout
{
    private const int PassesOfLastStep = 60;
    private const int OccasionsOfHold = 100;
    private const int MostOccasions = 2000;
    private const int MostGroups = 8;
    private const int MostOutside = 12;

    public static RolloutResult Play(World world, Harm harm, int stores, int seed)
    {
        var (policy, steps) = (new JudgePolicy(), StepsOf(stores));
        var (fleet, others) = (new Fleet(world, harm, stores, seed), new OtherRules(policy.MaxErrorRate));
        var trial = Judge.Begin(stores, new Reporting(true, true));
        var (step, passes, holds, heldBy) = (0, 0, 0, "");
        for (var at = 0; at < MostOccasions; at++)
        {
            fleet.Live(at);
            var isHarmful = !harm.IsLate || step == steps.Length - 1;
            var occasion = OccasionOf(fleet, world, new Moment(at, steps[step], trial.Stage, seed, isHarmful));
            trial = Judge.Settle(trial, occasion, policy);
            others.See(occasion.Runs);
            var verdict = Judge.Decide([new FlowCase("orders", trial, policy)], steps[step]).Verdict;
            switch (verdict)
            {
                case Verdict.Fail:
                    return new RolloutResult(RolloutEnd.Failed, verdict.Reason, at, others);
                case Verdict.Hold:
                    (holds, heldBy) = (heldBy == verdict.Reason ? holds + 1 : 1, verdict.Reason);
                    break;
                case Verdict.Pass when step < steps.Length - 1:
                    (step, holds) = (step + 1, 0);
                    trial = Judge.BeginStep(trial, trial.Stage + 1);
                    others.BeginStep();
                    break;
                case Verdict.Pass:
                    (passes, holds) = (passes + 1, 0);
                    break;
            }
            if (holds >= OccasionsOfHold || passes >= PassesOfLastStep)
            {
                var end = holds >= OccasionsOfHold ? RolloutEnd.Held : RolloutEnd.Completed;
                return new RolloutResult(end, verdict.Reason, at, others);
            }
        }
        return new RolloutResult(RolloutEnd.Held, "", MostOccasions, others);
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
