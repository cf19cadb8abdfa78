using Operator.Api;
using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults in reading the reports of pods.</summary>
public sealed class ReportFaults
{
    [KnownFault("2 of 11", 13)]
    public void A_store_that_has_more_to_do_keeps_its_last_ok_slot()
    {
        var world = new World();
        world.Versions[A.Good] = new Behaviour { HasMore = true, Duration = TimeSpan.FromSeconds(3) };

        world.Run(TimeSpan.FromSeconds(60));

        Given.That(world.Record.Ledger("orders").Stores.Count == 40, "a ledger of 40 stores");
        Assert.Equal(0, world.Record.Ledger("orders").Stores.Values.Count(s => s.LastOkSlot is not null));
    }

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
