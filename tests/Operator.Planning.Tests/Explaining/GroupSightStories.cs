using Operator.Planning.Explaining;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Explaining;

/// <summary>What the explanation of a store says about the groups that it runs in.</summary>
public sealed class GroupSightStories
{
    [Fact]
    public void A_store_that_is_isolated_under_the_candidate_only_is_not_said_to_run_in_small_groups_on_stable()
    {
        var world = A.SettledWorld();
        var record = world.Record;
        var plan = record.Plan("orders") with
        {
            Isolated =
            [
                new Isolation
                {
                    Store = "store-001",
                    Revision = "another",
                    Size = 1,
                },
            ],
        };

        var answer = Explanations.Answer(
            new StoreQuestion
            {
                Connector = world.Connector,
                Record = record.With("orders", plan),
                Store = "store-001",
                Now = world.Now,
            }
        );

        Assert.DoesNotContain(
            answer.Flows[0].Now,
            s => s.StartsWith("it runs in groups of at most", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Small_groups_of_the_candidate_and_of_a_split_run_are_told_apart()
    {
        var world = A.SettledWorld();
        var stable = world.Record.Revisions.StableHash!;
        var plan = world.Record.Plan("orders") with
        {
            Isolated =
            [
                new Isolation
                {
                    Store = "store-001",
                    Revision = "next",
                    Size = 1,
                },
            ],
            GeneralFailures =
            [
                new GeneralFailure
                {
                    Revision = stable,
                    Split = ["store-001"],
                    Size = 5,
                },
            ],
        };
        var record = world.Record.With("orders", plan) with
        {
            Attempts = world.Record.Attempts with
            {
                Current = new Attempt { Number = 1, Revision = "next" },
            },
        };

        var now = Explanations
            .Answer(
                new StoreQuestion
                {
                    Connector = world.Connector,
                    Record = record,
                    Store = "store-001",
                    Now = world.Now,
                }
            )
            .Flows[0]
            .Now;

        Assert.StartsWith("it runs in groups of at most 5,", now[0], StringComparison.Ordinal);
        Assert.StartsWith("with the candidate next it runs in groups of at most 1,", now[1], StringComparison.Ordinal);
    }
}
