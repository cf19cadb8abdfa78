using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>
/// Which revisions have sent a report in a flow before an occasion. Once stable has, a missing report is a bad end, on both arms. Before that
/// nobody is obliged: a candidate that obliged only itself would lose bets by its coin alone, and the evidence would average more than 1.
/// </summary>
public readonly record struct Reporting(bool Stable, bool Candidate)
{
    internal Reporting With(IEnumerable<EndedRun> runs)
    {
        var (stable, candidate) = this;
        foreach (var run in runs.Where(r => r.HasReport && r.Close != RunClose.Lost))
        {
            (stable, candidate) = run.Coin.Arm == Arm.Stable ? (true, candidate) : (stable, true);
        }
        return new Reporting(stable, candidate);
    }
}

/// <summary>A run in the judge's words, read with what was known before its occasion.</summary>
internal sealed class RunReading
{
    private RunReading(EndedRun run, bool endedBadly, ImmutableArray<ItemCounts?> items)
    {
        (Coin, Stores, EndedBadly, Items) = (run.Coin, run.Stores, endedBadly, items);
        (IsLost, IsLate) = (run.Close == RunClose.Lost, run.IsLate);
        Total = items.Aggregate(default(ItemCounts), (sum, i) => sum + (i ?? default));
    }

    public Coin Coin { get; }
    public ImmutableArray<string> Stores { get; }
    public bool EndedBadly { get; }
    public bool IsLost { get; }
    public bool IsLate { get; }
    public ItemCounts Total { get; }
    private ImmutableArray<ItemCounts?> Items { get; }

    public bool SaysSomething => EndedBadly || Total.Attempted > 0;

    /// <summary>"Whole": ended badly, or at least half of its items failed, and it had items.</summary>
    public bool FailedWholly => EndedBadly || Total.HaveFailedWholly;

    /// <summary>"Far": ended badly, or more than max(20 %, 2 × maxErrorRate) of its items failed.</summary>
    public bool EndedFar(JudgePolicy policy) => EndedBadly || Total.Failed > policy.FarRate * Total.Attempted;

    public ItemCounts? ItemsOf(int store) => store < Items.Length ? Items[store] : null;

    /// <summary>
    /// Until stable has reported in the flow, counts are shown and not judged: each store of a run that exits 0 is one item, on both arms.
    /// After that, a run without a report ended badly.
    /// </summary>
    public static RunReading Of(EndedRun run, Reporting before)
    {
        if (run.Close == RunClose.Lost)
        {
            return new RunReading(run, endedBadly: false, []);
        }
        var endedBadly = run.Close == RunClose.Badly || (!run.HasReport && before.Stable);
        if (before.Stable)
        {
            return new RunReading(run, endedBadly, run.Items);
        }
        return new RunReading(run, endedBadly, endedBadly ? [] : [.. run.Stores.Select((_, i) => OneItem(run, i))]);
    }

    private static ItemCounts? OneItem(EndedRun run, int store)
    {
        var reported = store < run.Items.Length ? run.Items[store] : null;
        return new ItemCounts(1, reported is { HaveFailedWholly: true } ? 1 : 0);
    }
}
