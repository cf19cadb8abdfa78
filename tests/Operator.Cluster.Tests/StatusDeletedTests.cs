using Operator.Testing;

namespace Operator.Cluster.Tests;

public sealed class StatusDeletedTests(TestCluster cluster) : ClusterStory(cluster, "status")
{
    [Fact]
    public async Task A_rollout_whose_whole_status_is_deleted_in_the_middle_of_a_step_goes_on_where_it_was()
    {
        await MidStep.BeginAsync(Story, Ct);

        var path = $"{Kube.OurApi}/namespaces/{Story.Namespace}/syncrollouts/shop/status";
        await Story.Kube.PatchAsync(path, """{"status":null}""", Ct);

        var promoted = await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 1, Ct);
        Assert.Single(promoted.Status.History);
        MidStep.Assert_kept_its_steps(Story.Runs, attempt: 1);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }
}
