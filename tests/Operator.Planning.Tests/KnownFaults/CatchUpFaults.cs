using System.Globalization;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>Stable redoes the work of a bad version, however the attempt ends, and no other work.</summary>
public sealed class CatchUpFaults
{
    [KnownFault("4 of 11", 24)]
    public void A_revert_in_Git_owes_a_catch_up() => Assert.Equal(2, Redone(w => w.ShipImage(A.Good)));

    [KnownFault("4 of 11", 24)]
    public void A_fix_forward_owes_a_catch_up() => Assert.Equal(2, Redone(w => w.ShipImage(A.Better)));

    [KnownFault("4 of 11", 24)]
    public void The_deletion_of_the_rollout_owes_a_catch_up() =>
        Assert.Equal(2, Redone(w => w.Rollout = new RolloutSight.Missing()));

    [KnownFault("4 of 11", 24)]
    public void A_catch_up_goes_back_to_what_the_candidate_handled_first()
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.Connector = A.Connector(world.Now, stores: 10)
            .With(A.Flow() with { Schedule = "0 * * * *", MaxStoresPerRun = 1, StartingDeadline = new Duration("2m") });
        world.RunWhatIsDue(TimeSpan.FromHours(3));
        // From now on the marketplace refuses one listing of each store.
        world.Versions[A.Good] = new Behaviour { Ok = 199, Failed = 1 };
        world.RunWhatIsDue(TimeSpan.FromHours(24));
        var shipped = world.Now;
        world.Versions[A.Bad] = new Behaviour { Ok = 100, Failed = 100 };
        world.ShipImage(A.Bad);
        world.Runs.Clear();

        world.RunWhatIsDue(TimeSpan.FromHours(4));

        var redoFrom = world
            .Runs.SelectMany(r => r.File.Stores)
            .Select(s => s.RedoFrom)
            .FirstOrDefault(r => r is not null);
        Given.That(redoFrom is not null, "a catch-up");
        Assert.InRange(
            DateTimeOffset.Parse(redoFrom!, CultureInfo.InvariantCulture), // not null: checked above
            shipped.AddHours(-1),
            world.Now
        );
    }

    [KnownFault("4 of 11", 24)]
    public void A_worker_is_told_the_zone_of_its_schedule() =>
        Assert.Contains("\"timeZone\":\"Asia/Shanghai\"", RunFileInShanghai(), StringComparison.Ordinal);

    [KnownFault("4 of 11", 24)]
    public void A_worker_is_told_its_last_run() =>
        Assert.Contains("\"lastRunSlot\":\"", RunFileInShanghai(), StringComparison.Ordinal);

    /// <summary>Two stores run a version that reports ok but writes wrong prices. Returns how many redo it after the act.</summary>
    private static int Redone(Action<World> act)
    {
        var world = A.SettledWorld();
        var evidence = new EvidenceMinima
        {
            MinRuns = 50,
            MinItems = 10,
            MinStores = 2,
        };
        world.Rollout = new RolloutSight.Present(
            A.Rollout() with
            {
                Spec = A.Rollout().Spec with { Evidence = evidence },
            }
        );
        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromSeconds(70));
        Given.That(world.StoresThatRan(A.Bad) == 2, "two stores that the candidate handled");

        act(world);
        world.Run(TimeSpan.FromSeconds(40));

        return world
            .Runs.SelectMany(r => r.File.Stores)
            .Where(s => s.RedoFrom is not null)
            .Select(s => s.Name)
            .Distinct()
            .Count();
    }

    private static string RunFileInShanghai()
    {
        var world = new World();
        world.Connector = A.Connector(world.Now, stores: 1)
            .With(A.Flow() with { Schedule = "0 0 * * *", TimeZone = "Asia/Shanghai" });
        world.RunWhatIsDue(TimeSpan.FromHours(30));
        Given.That(world.Runs.Count == 2, "two runs");
        return JsonSerializer.Serialize(world.Runs[1].File, RunJson.Default.RunFile);
    }
}
