using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Runs;

/// <summary>Entries whose pods were not made yet, or were made and are gone.</summary>
public sealed class UnmadePodStories
{
    [Fact]
    public void An_entry_that_may_have_run_is_not_created_again_after_its_connector_was_made_again()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(12));
        var slot = DateTimeOffset.FromUnixTimeSeconds((world.Now.ToUnixTimeSeconds() / 10 * 10) + 10);
        world.Run(slot - world.Now - TimeSpan.FromSeconds(1));
        world.Now = slot;
        // The operator commits, creates the pods and dies; the pods go with the connector, and nobody sees them.
        world.Step(crashAfter: 1);
        Given.That(world.Record.Attempts.ConnectorUid is not null, "a record that knows its connector");
        world.Connector = world.Connector with { Metadata = world.Connector.Metadata with { Uid = "connector-2" } };

        world.Now += TimeSpan.FromSeconds(1);
        var plan = Planner.Plan(world.Observe());

        var mayHaveRun = world
            .Record.Plan("orders")
            .Occasions[^1]
            .Entries.SelectMany(e => e.Stores)
            .ToHashSet(StringComparer.Ordinal);
        Given.That(mayHaveRun.Count > 0, "entries that may have run");
        Assert.DoesNotContain(
            plan.Changes.OfType<Change.CreatePod>(),
            c => c.Pod.Labels[PodMarks.Occasion] == $"s{slot.ToUnixTimeSeconds()}"
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_candidate_run_without_a_pod_is_made_after_the_promotion_only(bool isPromoted)
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(12));
        var slot = DateTimeOffset.FromUnixTimeSeconds((world.Now.ToUnixTimeSeconds() / 10 * 10) + 10);
        world.Run(slot - world.Now - TimeSpan.FromSeconds(1));
        world.Now = slot;
        world.Step(crashAfter: 1);
        var plan = world.Record.Plan("orders");
        var revision = isPromoted ? world.Record.Revisions.StableHash! : "rejected";
        var stable = world.Record.Stable!;
        var record = world.Record.With(
            "orders",
            plan with
            {
                Occasions = plan.Occasions.SetItem(
                    plan.Occasions.Length - 1,
                    plan.Occasions[^1] with
                    {
                        Entries =
                        [
                            .. plan.Occasions[^1]
                                .Entries.Select(e => e with { Arm = Arm.Candidate, Attempt = 1, Revision = revision }),
                        ],
                    }
                ),
            }
        );
        record = record with
        {
            Revisions = record.Revisions with { Items = record.Revisions.Items.Add(stable with { Hash = "rejected" }) },
        };

        var planned = Planner.Plan(world.Observe() with { Record = new RecordSight.Found(record) });

        Assert.Equal(
            isPromoted ? plan.Occasions[^1].Entries.Length : 0,
            planned.Changes.OfType<Change.CreatePod>().Count(c => c.Pod.Labels[PodMarks.Arm] == "candidate")
        );
    }
}
