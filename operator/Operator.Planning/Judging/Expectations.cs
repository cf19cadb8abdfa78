namespace Operator.Planning.Judging;

/// <summary>What the stores of a group usually do on stable, from before the occasion.</summary>
internal static class Expectations
{
    /// <summary>Items by which a group's own share is drawn to the fleet's, and the fleet's to 1 %.</summary>
    private const int GroupPrior = 100;
    private const int FleetPrior = 200;
    private const int FleetPriorFailed = 2;

    /// <summary>
    /// "Expected": the items of the run × share, with share = (f + 100·fleet)/(i + 100) over the sums of the group on stable and
    /// fleet = (F + 2)/(I + 200) over all stores on stable and the runs outside.
    /// </summary>
    public static double Failures(FlowTrial trial, RunReading run)
    {
        var group = default(ItemCounts);
        foreach (var name in run.Stores)
        {
            group += trial.Stores.GetValueOrDefault(name, StoreTrial.New).Stable.Items;
        }
        var fleet = (double)(trial.Fleet.Failed + FleetPriorFailed) / (trial.Fleet.Attempted + FleetPrior);
        return run.Total.Attempted * (group.Failed + (GroupPrior * fleet)) / (group.Attempted + GroupPrior);
    }

    /// <summary>"Usual": items of a stable run, over the stores of the group; null unless each had at least two stable runs.</summary>
    public static double? Volume(FlowTrial trial, RunReading run)
    {
        var usual = 0.0;
        foreach (var name in run.Stores)
        {
            if (trial.Stores.GetValueOrDefault(name)?.Usual is not { } ofStore)
            {
                return null;
            }
            usual += ofStore;
        }
        return usual;
    }
}
