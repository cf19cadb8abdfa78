using System.Collections.Immutable;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>Short histories for single rules of the judge.</summary>
internal static class TrialOf
{
    public static readonly JudgePolicy Policy = new() { MinStores = 1 };

    public static EndedRun Run(Arm arm, string store, long attempted, long failed) =>
        new(new Coin(arm, 0.5), [store], RunClose.Well, [new ItemCounts(attempted, failed)], HasReport: true);

    public static EndedRun Outside(long attempted, long failed) =>
        Run(Arm.Stable, "outside", attempted, failed) with
        {
            Coin = Coin.Forced(Arm.Stable),
        };

    public static FlowTrial Then(this FlowTrial trial, params ImmutableArray<EndedRun> runs) =>
        Judge.Settle(trial, new SettledOccasion { Stage = trial.Stage, Runs = runs }, Policy);

    public static FlowTrial Beside(
        this FlowTrial trial,
        ImmutableArray<EndedRun> outside,
        params ImmutableArray<EndedRun> runs
    ) =>
        Judge.Settle(
            trial,
            new SettledOccasion
            {
                Stage = trial.Stage,
                Runs = runs,
                Outside = outside,
            },
            Policy
        );

    public static FlowTrial Times(this FlowTrial trial, int times, Func<FlowTrial, FlowTrial> occasion) =>
        Enumerable.Range(0, times).Aggregate(trial, (t, _) => occasion(t));

    public static Verdict Verdict(this FlowTrial trial, int cohort = 4) =>
        Judge.Decide([new FlowCase("orders", trial, Policy)], cohort).Verdict;
}
