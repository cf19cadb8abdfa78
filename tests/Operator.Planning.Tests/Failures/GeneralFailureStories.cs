using CsCheck;
using Operator.Api;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Testing;

namespace Operator.Planning.Tests.Failures;

/// <summary>Most runs of a due time fail alike: that isolates nobody. Single stores that crash the worker are found all the same.</summary>
public sealed class GeneralFailureStories
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_general_failure_isolates_nobody()
    {
        var world = Fleet();

        FailOnce(world);

        Assert.Empty(world.Record.Plan("orders").Isolated);
        Assert.Equal(1, Assert.Single(world.Record.Plan("orders").GeneralFailures).InARow);
    }

    [Fact]
    public void After_a_general_failure_no_sync_is_missed()
    {
        var world = Fleet();
        FailOnce(world);
        var before = world.Record.Plan("orders").MissedStoreSyncs;

        world.RunWhatIsDue(TimeSpan.FromMinutes(16));

        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs - before);
        Assert.Empty(world.Record.Plan("orders").GeneralFailures);
    }

    [Fact]
    public void A_miss_while_the_operator_was_there_is_not_blamed_on_downtime()
    {
        var world = Fleet();
        FailOnce(world);

        world.RunWhatIsDue(TimeSpan.FromMinutes(16));

        Assert.Equal(0, world.Record.Plan("orders").MissedBy.Downtime);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(2, 30)]
    public void A_general_failure_is_tried_again_as_often_as_the_flow_says_and_not_in_smaller_groups(
        int retries,
        int runs
    )
    {
        var world = Fleet();
        world.Connector = world.Connector.With(world.Connector.Spec.Flows[0] with { Retries = retries });
        world.Ended.Clear();

        FailOnce(world);
        world.RunWhatIsDue(TimeSpan.FromMinutes(1));

        Assert.Equal(runs, world.Ended.Count);
        Assert.All(world.Ended, e => Assert.Equal(12, e.Entry.Stores.Length));
    }

    [Fact]
    public void A_correction_is_tried_at_once_after_a_general_failure()
    {
        var world = Fleet();
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { UpdatePolicy = UpdatePolicy.Immediate },
        };
        world.Versions[A.Good] = world.Versions[A.Good] with { ExitCode = 1, IsSilent = true };
        world.Versions[A.Better] = new Behaviour { Duration = TimeSpan.FromSeconds(20) };
        world.Ended.Clear();
        world.RunWhatIsDue(TimeSpan.FromSeconds(250));
        Given.That(world.Ended.Count == 0 && world.HasLivePods, "runs that are about to fail");

        world.ShipImage(A.Better);
        world.RunWhatIsDue(TimeSpan.FromSeconds(60));

        var good = world.Ended.Where(e => e.Ending.Result == RunResult.Succeeded).ToList();
        Assert.Equal(120, good.SelectMany(e => e.Entry.Stores).Distinct().Count());
        Assert.Single(world.Ended.Select(e => e.Occasion.Id).Distinct());
    }

    [Fact]
    public void Two_crashing_stores_in_two_runs_starve_nobody()
    {
        var world = Fleet(stores: 24);
        world.Versions[A.Good] = world.Versions[A.Good] with { CrashesAt = "store-003", AlsoCrashesAt = ["store-015"] };

        world.RunWhatIsDue(Period * 3);
        Assert.Empty(world.Record.Plan("orders").Isolated);
        Assert.Equal(3, Assert.Single(world.Record.Plan("orders").GeneralFailures).InARow);
        world.RunWhatIsDue(Period * 2);
        world.Ended.Clear();
        world.RunWhatIsDue(Period);

        Assert.Equal(22, Synced(world).Count);
        var isolated = world.Record.Plan("orders").Isolated.Where(i => i.Size == 1).Select(i => i.Store);
        Assert.Equal(["store-003", "store-015"], isolated);
    }

    [Fact]
    public void Whichever_stores_crash_the_others_are_synced_in_the_end() =>
        Gen.Select(Gen.Int[2, 9], Gen.Int[1, 24].Array[0, 5])
            .Sample(
                (most, numbers) =>
                {
                    var crashing = numbers.Select(n => $"store-{n:000}").ToHashSet();
                    var world = Fleet(stores: 24, most);
                    world.Versions[A.Good] = new Behaviour { AlsoCrashesAt = [.. crashing] };
                    world.RunWhatIsDue(Period * 16);

                    for (var slot = 0; slot < 2; slot++)
                    {
                        world.Ended.Clear();
                        world.RunWhatIsDue(Period);
                        Assert.Equal(24 - crashing.Count, Synced(world).Count);
                    }
                    Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
                },
                iter: 10
            );

    [Fact]
    public void A_store_that_waits_for_a_place_of_small_groups_is_missed_by_isolation()
    {
        var world = Fleet(stores: 40, most: 10);
        var flow = world.Connector.Spec.Flows[0];
        world.Connector = world.Connector.With(
            flow with
            {
                MaxConcurrentRuns = 6,
                StartingDeadline = new Duration("15s"),
            }
        );
        world.Versions[A.Good] = world.Versions[A.Good] with { CrashesAt = "store-001" };
        world.RunWhatIsDue(Period);
        Given.That(world.Record.Plan("orders").Isolated.Length > 5, "more stores in small groups than one run holds");
        Given.That(world.Record.Plan("orders").MissedStoreSyncs == 0, "nothing that is missed yet");

        world.RunWhatIsDue(Period);

        var missed = world.Record.Plan("orders").MissedBy;
        Assert.InRange(missed.Isolation, 1, 9);
        Assert.Equal(missed.Isolation, missed.Total);
        Assert.Equal(missed.Isolation, world.Last.ConnectorStatus.Flows[0].Missed.ByCause.Isolation);
    }

    private static HashSet<string> Synced(World world) =>
        [
            .. world.Ended.SelectMany(e =>
                e.Entry.Stores.Where((_, i) => e.Ending.Reports.ElementAtOrDefault(i) is { Failed: 0 })
            ),
        ];

    /// <summary>A fleet that is due every five minutes. The time is one minute after a due time.</summary>
    private static World Fleet(int stores = 120, int most = 12)
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, stores)
            .With(
                new Flow
                {
                    Name = "orders",
                    Schedule = "*/5 * * * *",
                    MaxStoresPerRun = most,
                    MaxConcurrentRuns = 40,
                }
            );
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromSeconds(20) };
        world.RunWhatIsDue(TimeSpan.FromMinutes(6));
        Given.That(world.Record.Plan("orders").MissedStoreSyncs == 0, "a fleet that misses nothing");
        return world;
    }

    /// <summary>Every run of one due time exits with 1.</summary>
    private static void FailOnce(World world)
    {
        var well = world.Versions[A.Good];
        world.Versions[A.Good] = well with { ExitCode = 1, IsSilent = true };
        world.RunWhatIsDue(Period);
        world.Versions[A.Good] = well;
    }
}
