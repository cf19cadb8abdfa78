using Operator.Testing;

namespace Operator.Cluster.Tests;

public sealed class RolloutDeletedTests(TestCluster cluster) : ClusterStory(cluster, "deleted")
{
    [Fact]
    public async Task A_rollout_deleted_in_the_middle_of_a_step_sends_its_stores_back_and_a_new_one_starts_over()
    {
        await MidStep.BeginAsync(Story, Ct);

        await Story.KubectlAsync(Ct, "delete", "syr", "shop");

        await MidStep.AwaitAllOnStableAsync(Story, MidStep.Connector, ExampleWorker.Good, Ct);
        await Story.ApplyAsync(A.RolloutManifest(), Ct);
        var second = await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 2, Ct);

        var first = Assert.Single(second.Status.History, h => h.Number == 1);
        Assert.Equal(("Aborted", "RolloutDeleted"), (first.Outcome, first.Reason));
        MidStep.Assert_kept_its_steps(Story.Runs, attempt: 1);
        MidStep.Assert_kept_its_steps(Story.Runs, attempt: 2);
        // The image has run before, so attempt 2 needs no pilot.
        Assert.InRange(MidStep.Candidate(Story.Runs, attempt: 2).Slots[0].Reached.Count, 1, 2);
        Invariants.Stores_ran_stable_in_their_next_slot(Story.Runs, attempt: 1, ExampleWorker.Good, MidStep.Period);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }
}
