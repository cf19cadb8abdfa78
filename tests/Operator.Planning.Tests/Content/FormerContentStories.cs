using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;

namespace Operator.Planning.Tests.Content;

/// <summary>A connector that is made again under its name goes on with the former one's record, and says so.</summary>
public sealed class FormerContentStories
{
    [Fact]
    public void One_that_asks_for_other_content_says_what_its_stores_run()
    {
        var world = MadeAgain(A.Better);

        world.Run(TimeSpan.FromSeconds(20));

        var told = Assert.Single(Conditions(world));
        Assert.Contains(A.Good, told.Message, StringComparison.Ordinal);
        Assert.Contains("Forget a record", told.Message, StringComparison.Ordinal);
        Assert.Single(world.Events, e => e is { Reason: Reasons.FormerContent, IsWarning: true });
    }

    [Fact]
    public void It_says_so_until_its_content_is_rolled_out_also_after_an_edit()
    {
        var world = MadeAgain(A.Better);
        world.Run(TimeSpan.FromSeconds(20));
        world.Connector = world.Connector with { Metadata = world.Connector.Metadata with { Generation = 2 } };
        world.Step();
        Assert.Single(Conditions(world));

        world.Rollout = new RolloutSight.Present(A.Rollout());
        world.Run(TimeSpan.FromMinutes(10), w => w.Record.Stable?.Sync.Image == A.Better);
        world.Step();

        Assert.Equal(A.Better, world.Record.Stable?.Sync.Image);
        Assert.Empty(Conditions(world));
    }

    [Fact]
    public void One_that_asks_for_the_same_content_says_nothing_nor_when_it_is_edited_later()
    {
        var world = MadeAgain(A.Good);
        world.Run(TimeSpan.FromSeconds(20));
        Assert.Empty(Conditions(world));

        world.Connector = world.Connector with { Metadata = world.Connector.Metadata with { Generation = 2 } };
        world.ShipImage(A.Better);
        world.Run(TimeSpan.FromSeconds(20));

        Assert.Empty(Conditions(world));
    }

    [Fact]
    public void A_connector_that_was_never_made_again_says_nothing()
    {
        var world = A.SettledWorld();
        world.Rollout = new RolloutSight.Missing();
        world.ShipImage(A.Better);

        world.Run(TimeSpan.FromSeconds(20));

        Assert.Empty(Conditions(world));
    }

    private static IEnumerable<Condition> Conditions(World world) =>
        world.Last.ConnectorStatus.Conditions.Where(c => c.Type == Reasons.FormerContent);

    /// <summary>Deleted and created with this image an hour later; no rollout.</summary>
    private static World MadeAgain(string image)
    {
        var world = A.SettledWorld();
        world.Rollout = new RolloutSight.Missing();
        world.Now += TimeSpan.FromHours(1);
        world.Connector = A.Connector(world.Now).WithSync(s => s with { Image = image });
        world.Connector = world.Connector with { Metadata = world.Connector.Metadata with { Uid = "connector-2" } };
        return world;
    }
}
