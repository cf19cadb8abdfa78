using Operator.Api;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Tests;

public sealed class RolloutBindingTests
{
    /// <summary>The connector that asks is "c"; null: the rollout has not been followed.</summary>
    [Theory]
    [InlineData("c", null, true)]
    [InlineData("c", "c", true)]
    [InlineData("c", "d", false)]
    [InlineData("d", "c", false)]
    [InlineData("d", null, false)]
    [InlineData("d", "d", false)]
    public void A_rollout_is_followed_only_by_the_connector_that_it_names_and_always_named(
        string named,
        string? bound,
        bool isFollowed
    )
    {
        var rollout = A.Rollout();
        rollout = rollout with
        {
            Spec = rollout.Spec with { ConnectorRef = new LocalObjectReference { Name = named } },
            Status = rollout.Status with { Connector = bound },
        };

        Assert.Equal(isFollowed, RolloutBinding.Problem(rollout, "c") is null);
    }

    [Fact]
    public void The_remedy_is_named()
    {
        var rollout = A.Rollout();
        rollout = rollout with { Status = rollout.Status with { Connector = "former" } };

        Assert.Equal(
            "spec.connectorRef was changed from 'former' to 'amazon-eu', but a SyncRollout stays with its connector: change it back, or delete this SyncRollout and create one for 'amazon-eu'",
            RolloutBinding.Problem(rollout, "amazon-eu")
        );
    }
}
