using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.KnownFaults;

/// <summary>A joining flow is not part of stable, so its parameters bypass the rollout.</summary>
public sealed class JoiningFlowFaults
{
    [KnownFault("4 of 11", 22)]
    public void An_edit_of_a_flow_that_joined_reaches_the_cohort_only()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector.With(A.Flow(), Prices("mode", "dry-run"));
        world.Run(TimeSpan.FromSeconds(25));
        world.Runs.Clear();

        world.Connector = world.Connector.With(A.Flow(), Prices("mode", "live"));
        world.Run(TimeSpan.FromSeconds(25));

        Assert.Equal(0, StableStoresWith(world, "mode", "live"));
    }

    [KnownFault("4 of 11", 22)]
    public void A_flow_that_joins_alone_starts_no_attempt()
    {
        var world = A.SettledWorld();

        world.Connector = world.Connector.With(A.Flow(), Prices("mode", "dry-run"));
        world.Run(TimeSpan.FromSeconds(25));

        Given.That(world.Runs.Exists(r => r.Print.Flow == "prices"), "runs of the new flow");
        Assert.Null(world.Attempt);
    }

    [KnownFault("4 of 11", 22)]
    public void Parameters_that_were_convicted_run_on_no_store()
    {
        var world = A.SettledWorld();
        world.Connector = world
            .Connector.WithSync(s => s with { Image = A.Bad })
            .With(A.Flow(), Prices("rounding", "up-to-the-next-100"));
        world.Versions[A.Bad] = new Behaviour { Ok = 0, Failed = 10 };
        world.Run(TimeSpan.FromMinutes(3), w => w.Record.Revisions.Rejected is not null);
        Given.That(world.Record.Revisions.Rejected is not null, "a version that was rolled back");
        world.Runs.Clear();

        world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(0, StableStoresWith(world, "rounding", "up-to-the-next-100"));
    }

    [KnownFault("4 of 11", 22)]
    public void Removing_a_flow_starts_no_attempt()
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.Connector = world.Connector.With(A.Flow(), Prices("mode", "live"));
        world.Run(TimeSpan.FromSeconds(25));
        Given.That(world.Record.Revisions.StableIsProven, "a proven stable");

        world.Connector = world.Connector.With(A.Flow());
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Null(world.Attempt);
    }

    private static Flow Prices(string parameter, string value) =>
        A.Flow("prices") with
        {
            Parameters = ImmutableSortedDictionary<string, string>.Empty.Add(parameter, value),
        };

    private static int StableStoresWith(World world, string parameter, string value)
    {
        var runs = world.Runs.Where(r => r.Print.Flow == "prices" && r.Arm == Arm.Stable);
        return runs.Where(r => r.File.Parameters.GetValueOrDefault(parameter) == value)
            .SelectMany(r => r.Print.Stores)
            .Distinct()
            .Count();
    }
}
