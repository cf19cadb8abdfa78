using Operator.Testing;

namespace Operator.Cluster.Tests;

[Collection(Unsettled.Name)]
public sealed class OperatorKilledTests(UnsettledCluster cluster) : UnsettlingStory(cluster, "killed")
{
    /// <summary>The chaos story kills the leader too, so this one is a further case.</summary>
    [Fact]
    [Trait(Suite.Name, Suite.Stories)]
    public async Task An_operator_killed_in_the_middle_of_a_step_is_succeeded_by_one_that_goes_on_where_it_was()
    {
        await MidStep.BeginAsync(Story, Ct);
        var killed = await Cluster.Operator.LeaderAsync(Ct);

        string[] now = ["--force", "--grace-period=0"];
        await Story.Kube.KubectlAsync(Ct, ["-n", OperatorRelease.Namespace, "delete", "pod", killed, .. now]);

        var promoted = await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 1, Ct);
        Assert.NotEqual(killed, await Cluster.Operator.LeaderAsync(Ct));
        Assert.Single(promoted.Status.History);
        MidStep.Assert_kept_its_steps(Story.Runs, attempt: 1);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }
}
