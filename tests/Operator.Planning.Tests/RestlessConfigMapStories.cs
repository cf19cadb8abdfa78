using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>Something writes a new value into a ConfigMap again and again, for example a time stamp.</summary>
public sealed class RestlessConfigMapStories
{
    private const string Key = "settings/stamp";

    [Fact]
    public void A_ConfigMap_that_never_rests_costs_no_sync_and_spreads_nothing()
    {
        var world = Restless();

        Restless(world, times: 100);

        Assert.Equal("0", world.Record.Stable!.Values[Key]); // settled
        Assert.All(world.Runs.Where(r => r.Arm == Arm.Candidate), r => Assert.True(r.CohortThen <= 2));
        Assert.Equal(0, world.Record.Plan("orders").MissedStoreSyncs);
    }

    [Fact]
    public void A_ConfigMap_that_never_rests_keeps_the_record_small()
    {
        var world = Restless();

        Restless(world, times: 100, size: 4000);

        Assert.InRange(world.Record.Revisions.Items.Length, 1, 15);
        Assert.InRange(RecordParts.Encode(world.Record).Sum(p => p.Value.Length), 1, 200_000);
    }

    [Fact]
    public void A_ConfigMap_that_rests_at_last_is_rolled_out()
    {
        var world = Restless();
        Restless(world, times: 30);

        world.Run(
            TimeSpan.FromMinutes(10),
            w => w.Record.Attempts.History is [{ Outcome: AttemptOutcome.Promoted }, ..]
        );

        Assert.Equal("30", world.Record.Stable!.Values[Key].TrimEnd('x')); // settled
    }

    private static void Restless(World world, int times, int size = 0)
    {
        for (var i = 1; i <= times; i++)
        {
            world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, $"{i}{new string('x', size)}");
            world.Run(TimeSpan.FromSeconds(23));
        }
    }

    private static World Restless()
    {
        var world = new World { Rollout = new RolloutSight.Present(A.Rollout()) };
        world.ConfigMapValues = world.ConfigMapValues.SetItem(Key, "0");
        var variable = new EnvVar
        {
            Name = "STAMP",
            ValueFrom = new EnvVarSource
            {
                ConfigMapKeyRef = new KeySelector { Name = "settings", Key = "stamp" },
            },
        };
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Sync = world.Connector.Spec.Sync with { Env = [variable] } },
        };
        world.Run(TimeSpan.FromSeconds(25));
        Given.That(world.Record.Revisions.StableIsProven, "a proven stable");
        world.Runs.Clear();
        return world;
    }
}
