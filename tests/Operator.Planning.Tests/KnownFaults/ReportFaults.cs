using Operator.Api;
using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Faults in reading the reports of pods.</summary>
public sealed class ReportFaults
{
    [KnownFault("2 of 11", 1)]
    public void A_report_with_a_lone_surrogate_is_unreadable()
    {
        string[] reports =
        [
            """{"v":1,"s":[{"ok":1,"failed":1,"e":{"\ud800":1}}]}""",
            """{"v":1,"s":[],"spent":["\ud800"]}""",
            """{"\ud800":1,"v":1,"s":[]}""",
            """{"v":1,"s":[],"calls":{"\ud800":1}}""",
        ];
        foreach (var report in reports)
        {
            Report? parsed = null;

            Assert.Null(Xunit.Record.Exception(() => parsed = Report.Parse(report, 1)));
            Assert.IsType<Report.Unreadable>(parsed);
        }
    }

    [KnownFault("2 of 11", 1)]
    public void A_report_with_a_lone_surrogate_stops_no_plan()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { RawReport = """{"v":1,"s":[{"ok":1,"failed":1,"e":{"\ud83d":1}}]}""" };
        world.ShipImage(A.Bad);

        var thrown = 0;
        for (var i = 0; i < 60; i++)
        {
            thrown += Xunit.Record.Exception(() => world.Step()) is null ? 0 : 1;
            world.Now += TimeSpan.FromSeconds(1);
        }

        Assert.Equal(0, thrown);
    }

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
