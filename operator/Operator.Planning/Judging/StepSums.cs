namespace Operator.Planning.Judging;

/// <summary>The runs of one arm in one step.</summary>
public sealed record StepSums
{
    public static StepSums None { get; } = new();

    /// <summary>All runs that were not lost, those in trouble included. The other values are of counted runs.</summary>
    public int Runs { get; init; }

    /// <summary>Runs that were not lost, on occasions before and after which there was no trouble.</summary>
    public int Counted { get; init; }

    /// <summary>Runs that ended badly or of whose items at least half failed.</summary>
    public int Whole { get; init; }

    /// <summary>Items of all counted runs.</summary>
    public long Attempted { get; init; }

    /// <summary>Failed items of all counted runs.</summary>
    public long Failed { get; init; }

    /// <summary>Items of the runs that did not fail wholly.</summary>
    public ItemCounts Items { get; init; }

    /// <summary>Stores that were reached.</summary>
    public int Stores { get; init; }

    /// <summary>Counted runs that were still live at their stores' next due time. Nothing is bet on it.</summary>
    public int Late { get; init; }

    internal StepSums With(RunReading run, bool isCounted, int newStores)
    {
        var sums = this with { Runs = Runs + 1 };
        if (!isCounted)
        {
            return sums;
        }
        return sums with
        {
            Counted = Counted + 1,
            Whole = Whole + (run.FailedWholly ? 1 : 0),
            Attempted = Attempted + run.Total.Attempted,
            Failed = Failed + run.Total.Failed,
            Items = run.FailedWholly ? Items : Items + run.Total,
            Stores = Stores + newStores,
            Late = Late + (run.IsLate ? 1 : 0),
        };
    }

    /// <summary>
    /// More items fail, or more runs fail wholly, than the limit and <paramref name="tolerance"/> times the control allow. One alone never
    /// is too much. Where the control has nothing, only the 1 stays.
    /// </summary>
    internal bool IsOver(StepSums control, double limit, double tolerance) =>
        ItemsAreOver(control, limit, tolerance) || RunsAreOver(control, limit, tolerance);

    internal bool ItemsAreOver(StepSums control, double limit, double tolerance) =>
        Items.Failed
        > Math.Max(
            limit * Items.Attempted,
            (tolerance * control.Items.Failed * Items.Attempted / Math.Max(1, control.Items.Attempted)) + 1
        );

    internal bool RunsAreOver(StepSums control, double limit, double tolerance) =>
        Whole > Math.Max(limit * Counted, (tolerance * control.Whole * Counted / Math.Max(1, control.Counted)) + 1);
}
