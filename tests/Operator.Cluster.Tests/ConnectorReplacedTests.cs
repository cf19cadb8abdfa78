using Operator.Testing;

namespace Operator.Cluster.Tests;

public sealed class ConnectorReplacedTests(TestCluster cluster) : ClusterStory(cluster, "replaced")
{
    [Fact]
    public async Task A_connector_replaced_by_force_in_the_middle_of_a_step_goes_on_where_it_was()
    {
        await MidStep.BeginAsync(Story, Ct);
        var before = await Story.ConnectorAsync("shop", Ct);

        var same = Story.Yaml(MidStep.Connector with { Image = ExampleWorker.Better });
        (await Story.Kube.TryKubectlAsync(same, Ct, "-n", Story.Namespace, "replace", "--force", "-f", "-")).OrThrow();

        var promoted = await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 1, Ct);
        Assert.NotEqual(before.Metadata.Uid, (await Story.ConnectorAsync("shop", Ct)).Metadata.Uid);
        Assert.Single(promoted.Status.History);
        MidStep.Assert_kept_its_steps(Story.Runs, attempt: 1);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }
}
