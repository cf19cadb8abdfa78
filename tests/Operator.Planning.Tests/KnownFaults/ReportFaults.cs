using Operator.Api;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults in reading the reports of pods.</summary>
public sealed class ReportFaults
{
    [KnownFault("4 of 11", 17)]
    public void More_without_an_item_ends_after_three_runs()
    {
        var world = new World();
        world.Connector = world.Connector.With(
            A.Flow() with
            {
                Schedule = "*/5 * * * *",
                StartingDeadline = new Duration("4m"),
            }
        );
        world.Versions[A.Good] = new Behaviour { HasMore = true, Ok = 0 };

        world.RunWhatIsDue(TimeSpan.FromMinutes(10));

        var first = world.Runs.GroupBy(r => r.Print.Occasion).First();
        Assert.InRange(first.Count(r => r.Print.Stores.Contains("store-001")), 1, 3);
    }
}
