using Operator.Testing;

namespace Operator.Cluster.Tests;

public sealed class RecordLostTests(TestCluster cluster) : ClusterStory(cluster, "lost")
{
    [Fact]
    public async Task A_record_lost_in_the_middle_of_a_step_sends_every_store_to_stable_and_says_so()
    {
        await MidStep.BeginAsync(Story, Ct);

        await Story.KubectlAsync(Ct, "delete", "syncrecords", "-l", "marketplace-operator.io/record-role=head");

        var rollout = await Story.AwaitPhaseAsync("shop", "Reset", attempt: 1, Ct);
        await MidStep.AwaitAllOnStableAsync(Story, MidStep.Connector, ExampleWorker.Good, Ct);
        var ready = Assert.Single(rollout.Status.Conditions, c => c.Type == "Ready");
        Assert.Equal(("False", "RecordLost"), (ready.Status, ready.Reason));
        var connector = await Story.AwaitConditionAsync("shop", "Ready", "RevisionRejected", Ct);
        Assert.Contains("the record was lost", connector.Message);
        await Story.AwaitRunsAsync("stable runs twice more", runs => StableSlots(runs) >= 2, Ct);
        MidStep.Assert_kept_its_steps(Story.Runs, attempt: 1);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    private static int StableSlots(IEnumerable<SeenRun> runs)
    {
        var inOrder = runs.OrderBy(r => r.Slot).ToList();
        var last = inOrder.FindLastIndex(r => r.IsCandidate);
        return inOrder.Skip(last + 1).Where(r => r.Succeeded).DistinctBy(r => r.Slot).Count();
    }
}
