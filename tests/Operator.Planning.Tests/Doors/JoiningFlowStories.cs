using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Doors;

/// <summary>A flow that joins carries no content past the rollout, and a flow that came with a candidate is the candidate's own.</summary>
public sealed class JoiningFlowStories
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan TwoDueTimes = TimeSpan.FromSeconds(25);

    [Fact]
    public void An_edit_of_a_flow_that_joined_reaches_the_cohort_only()
    {
        var world = WithJoinedFlow();

        world.Connector = world.Connector.With(A.Flow(), Prices("live"));
        world.Run(Long, w => Stores(w, "live", Arm.Candidate) == 2);

        Assert.Equal((0, 2), (Stores(world, "live", Arm.Stable), Stores(world, "live", Arm.Candidate)));
        Assert.Equal(40, Stores(world, "dry-run", Arm.Stable));
    }

    [Fact]
    public void A_flow_that_joins_alone_starts_no_attempt_and_runs_in_every_store()
    {
        var world = WithJoinedFlow();

        Assert.Null(world.Attempt);
        Assert.Equal("AllStores", FlowOf(world).RunsOn);
        Assert.Single(world.Events, e => e.Reason == Reasons.FlowJoined);
        world.Run(TwoDueTimes);
        Assert.Equal(40, Stores(world, "dry-run", Arm.Stable));
    }

    /// <summary>Until a flow runs for the first time, nobody depends on its parameters.</summary>
    [Fact]
    public void An_edit_before_the_first_run_is_no_new_content()
    {
        var world = A.SettledWorld();
        var hourly = Prices("dry-run") with { Schedule = "0 * * * *", StartingDeadline = new Duration("2m") };
        world.Connector = world.Connector.With(A.Flow(), hourly);
        world.Run(TimeSpan.FromSeconds(5));

        world.Connector = world.Connector.With(A.Flow(), hourly with { Parameters = Prices("live").Parameters });
        world.RunWhatIsDue(TimeSpan.FromHours(1) + TimeSpan.FromMinutes(1));

        Assert.Null(world.Attempt);
        Assert.Equal((40, 0), (Stores(world, "live", Arm.Stable), Stores(world, "dry-run", Arm.Stable)));
        Assert.Equal(0, world.Record.Attempts.LastNumber);
    }

    [Fact]
    public void Taking_all_parameters_away_is_new_content_like_every_edit()
    {
        var world = WithJoinedFlow();

        world.Connector = world.Connector.With(A.Flow(), A.Flow("prices"));
        world.Run(Long, w => Stores(w, null, Arm.Candidate) == 2);

        Assert.NotEqual(world.Record.Revisions.StableHash, world.Attempt?.Revision);
        Assert.Equal(2, Stores(world, null, Arm.Candidate));
        Assert.Equal(0, Stores(world, null, Arm.Stable));
    }

    [Fact]
    public void Removing_a_flow_and_adding_it_with_other_parameters_is_no_door()
    {
        var world = WithJoinedFlow();
        world.Connector = world.Connector.With(A.Flow());
        world.Run(TwoDueTimes);

        world.Connector = world.Connector.With(A.Flow(), Prices("live"));
        world.Run(Long, w => Stores(w, "live", Arm.Candidate) == 2);

        Assert.Equal((0, 2), (Stores(world, "live", Arm.Stable), Stores(world, "live", Arm.Candidate)));
    }

    [Fact]
    public void Removing_a_flow_starts_no_attempt()
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.Connector = world.Connector.With(A.Flow(), Prices("live"));
        world.Run(TwoDueTimes);
        Assert.True(world.Record.Revisions.StableIsProven);

        world.Connector = world.Connector.With(A.Flow());
        world.Run(TimeSpan.FromSeconds(5));

        Assert.Null(world.Attempt);
    }

    [Fact]
    public void A_flow_that_joins_during_an_attempt_supersedes_nothing_and_is_neither_judged_nor_awaited()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { HasStarted: true });

        // It never comes to its due time, and the attempt does not wait for it.
        var yearly = Prices("dry-run") with
        {
            Schedule = "0 0 1 1 *",
        };
        world.Connector = world.Connector.With(A.Flow(), yearly);
        world.Run(TimeSpan.FromSeconds(2));
        var shown = world.Last.RolloutStatus!.Attempt!.Flows.Single(e => e.Flow == "prices");
        world.Run(Long, w => w.Attempt is null);

        Assert.Equal("Joined", shown.Role);
        Assert.Equal(AttemptOutcome.Promoted, Assert.Single(world.Record.Attempts.History).Outcome);
        Assert.Equal(A.Better, world.Record.Stable!.Sync.Image);
        Assert.Contains("prices", world.Record.Stable.FlowParameters.Keys);
    }

    [Fact]
    public void A_flow_that_joins_during_an_attempt_runs_on_both_arms()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is { HasStarted: true });

        world.Connector = world.Connector.With(A.Flow(), Prices("dry-run"));
        world.Run(TimeSpan.FromMinutes(1), w => Stores(w, "dry-run", Arm.Candidate) > 0);
        world.Run(TimeSpan.FromSeconds(10));

        Assert.InRange(Stores(world, "dry-run", Arm.Candidate), 1, 2);
        Assert.InRange(Stores(world, "dry-run", Arm.Stable), 38, 40);
        Assert.Equal(1, world.Attempt?.Number);
    }

    [Fact]
    public void A_candidates_own_flow_runs_in_its_cohort_only_and_costs_nobody_else_a_sync()
    {
        var world = A.SettledWorld();

        world.Connector = world.Connector.WithSync(s => s with { Image = A.Better }).With(A.Flow(), Prices("live"));
        world.Run(TimeSpan.FromMinutes(1), w => w.Attempt is { Step: 1 });
        var (told, role) = (
            FlowOf(world),
            world.Last.RolloutStatus!.Attempt!.Flows.Single(e => e.Flow == "prices").Role
        );

        Assert.Equal((0, 2), (Stores(world, "live", Arm.Stable), Stores(world, "live", Arm.Candidate)));
        Assert.Equal(("Cohort", 0, 0L), (told.RunsOn, told.StaleStores, world.Record.Plan("prices").MissedStoreSyncs));
        Assert.Equal("CandidateOnly", role);
        world.Run(Long, w => w.Attempt is null);
        world.Runs.Clear();
        world.Run(TwoDueTimes);
        Assert.Equal(40, Stores(world, "live", Arm.Stable));
        Assert.Equal("AllStores", FlowOf(world).RunsOn);
    }

    [Fact]
    public void Parameters_that_were_convicted_run_on_no_store()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector.WithSync(s => s with { Image = A.Bad }).With(A.Flow(), Prices("live"));
        world.Versions[A.Bad] = new Behaviour { Ok = 0, Failed = 10 };
        world.Run(TimeSpan.FromMinutes(3), w => w.Record.Revisions.Rejected is not null);
        Assert.NotNull(world.Record.Revisions.Rejected);
        world.Runs.Clear();

        world.Run(TimeSpan.FromSeconds(60));

        Assert.DoesNotContain(world.Runs, r => r.Print.Flow == "prices");
        Assert.Equal(("Nothing", 0), (FlowOf(world).RunsOn, FlowOf(world).StaleStores));
        Assert.Equal(0, world.Record.Plan("prices").MissedStoreSyncs);
    }

    /// <summary>A flow is no way to get convicted content started again.</summary>
    [Fact]
    public void A_flow_that_joins_clears_no_conviction()
    {
        var world = A.SettledWorld();
        world.Versions[A.Bad] = new Behaviour { Ok = 0, Failed = 10 };
        world.ShipImage(A.Bad);
        world.Run(TimeSpan.FromMinutes(3), w => w.Record.Revisions.Rejected is not null);
        world.Runs.Clear();

        world.Connector = world.Connector.With(A.Flow(), Prices("live"));
        world.Run(TimeSpan.FromMinutes(1));

        Assert.NotNull(world.Record.Revisions.Rejected);
        Assert.Equal(1, world.Record.Attempts.LastNumber);
        Assert.DoesNotContain(world.Runs, r => r.Arm == Arm.Candidate || r.Print.Flow == "prices");
    }

    [Fact]
    public void A_flow_that_joins_while_a_ConfigMap_is_missing_ends_no_attempt()
    {
        var world = A.SettledWorld();
        var variable = new EnvVar
        {
            Name = "MODE",
            ValueFrom = new EnvVarSource
            {
                ConfigMapKeyRef = new KeySelector { Name = "settings", Key = "mode" },
            },
        };
        world.ConfigMapValues = world.ConfigMapValues.SetItem("settings/mode", "a");
        world.Connector = world.Connector.WithSync(s => s with { Env = [variable] });
        world.Run(TimeSpan.FromSeconds(25));
        Assert.NotNull(world.Attempt);

        world.ConfigMapValues = world.ConfigMapValues.SetItem("settings/mode", null);
        world.Connector = world.Connector.With(A.Flow(), Prices("live"));
        world.Run(TimeSpan.FromSeconds(25));

        Assert.Equal(1, world.Attempt?.Number);
        Assert.DoesNotContain(world.Runs, r => r.Print.Flow == "prices");
    }

    [Fact]
    public void Content_that_goes_back_to_an_older_image_keeps_the_flows_of_today()
    {
        var world = A.SettledWorld();
        world.ShipImage(A.Better);
        world.Run(Long, w => w.Attempt is null && w.Record.Stable?.Sync.Image == A.Better);
        world.Connector = world.Connector.With(A.Flow(), Prices("dry-run"));
        world.Run(TwoDueTimes);
        world.Runs.Clear();

        world.ShipImage(A.Good);
        world.Run(TwoDueTimes);

        Assert.Equal((A.Good, 1), (world.Record.Stable!.Sync.Image, world.Record.Attempts.LastNumber));
        Assert.Equal(40, Stores(world, "dry-run", Arm.Stable));
    }

    /// <summary>A settled world in which the flow 'prices' has joined and run.</summary>
    private static World WithJoinedFlow()
    {
        var world = A.SettledWorld();
        world.Connector = world.Connector.With(A.Flow(), Prices("dry-run"));
        world.Run(TwoDueTimes);
        Assert.Equal(40, Stores(world, "dry-run", Arm.Stable));
        world.Runs.Clear();
        return world;
    }

    private static Flow Prices(string mode) =>
        A.Flow("prices") with
        {
            Parameters = ImmutableSortedDictionary<string, string>.Empty.Add("mode", mode),
        };

    private static FlowStatus FlowOf(World world) => world.Last.ConnectorStatus.Flows.Single(f => f.Name == "prices");

    /// <summary>How many stores ran the flow 'prices' on the arm with this mode.</summary>
    private static int Stores(World world, string? mode, Arm arm) =>
        world
            .Runs.Where(r => r.Print.Flow == "prices" && r.Arm == arm)
            .Where(r => r.File.Parameters.GetValueOrDefault("mode") == mode)
            .SelectMany(r => r.Print.Stores)
            .Distinct()
            .Count();
}
