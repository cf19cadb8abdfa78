using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Tests;

/// <summary>Of several rollouts of one connector one is in charge, by facts of the objects alone, and each of them is told.</summary>
public sealed class RolloutOrderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("b 0", "a 1", "b")]
    [InlineData("a 1", "b 0", "b")]
    [InlineData("b 0", "a 0", "a")]
    [InlineData("a 0", "b 0", "a")]
    [InlineData("a-b 0", "a 0", "a")]
    [InlineData("B2 0", "a1 0", "B2")]
    public void The_older_is_in_charge_and_of_the_same_second_the_first_by_name(string one, string other, string first)
    {
        Assert.Equal(first, RolloutOrder.Of([Rollout(one), Rollout(other)])[0].Metadata.Name);
        Assert.Equal(first, RolloutOrder.Of([Rollout(other), Rollout(one)])[0].Metadata.Name);
    }

    [Fact]
    public void The_order_does_not_depend_on_how_they_were_listed()
    {
        ImmutableArray<SyncRollout> all = [Rollout("c 0"), Rollout("a 2"), Rollout("b 0"), Rollout("d 1")];
        for (var seed = 0; seed < 50; seed++)
        {
            var shuffled = all.ToArray();
            new Random(seed).Shuffle(shuffled);

            Assert.Equal(["b", "c", "d", "a"], RolloutOrder.Of(shuffled).Select(r => r.Metadata.Name));
        }
    }

    [Theory]
    [InlineData(
        "a 0",
        "b 1",
        "SyncRollout 'a' is in charge of connector 'amazon-eu', because 'a' is older; delete one of the two",
        "SyncRollout 'b' names the same connector and is not followed, because 'a' is older; delete one of the two"
    )]
    [InlineData(
        "a 0",
        "b 0",
        "SyncRollout 'a' is in charge of connector 'amazon-eu', because both were created in the same second and the name 'a' comes first; delete one of the two",
        "SyncRollout 'b' names the same connector and is not followed, because both were created in the same second and the name 'a' comes first; delete one of the two"
    )]
    public void Both_are_told(string inCharge, string other, string toOther, string toFirst)
    {
        Assert.Equal(toOther, RolloutOrder.WhyNot(Rollout(other), Rollout(inCharge)));
        Assert.Equal(toFirst, RolloutOrder.Conflict(Rollout(inCharge), [Rollout(other)]));
    }

    [Fact]
    public void A_rollout_is_no_rival_of_itself() =>
        Assert.Null(RolloutOrder.Conflict(Rollout("a 0"), [Rollout("a 0")]));

    [Fact]
    public void The_rollout_in_charge_has_a_condition_while_there_is_another()
    {
        var world = A.SettledWorld();
        var policy = Rollout("a 0");
        world.Rollout = new RolloutSight.Present(policy);
        var other = world.Observe() with { OtherRollouts = [Rollout("b 0")] };

        var told = Planner.Plan(other).RolloutStatus!; // there is a rollout
        var alone = Planner.Plan(world.Observe()).RolloutStatus!; // as above
        var unusable = Planner
            .Plan(other with { Rollout = new RolloutSight.Unusable("a", "a-uid", "spec.steps: none", policy) })
            .RolloutStatus!; // as above

        foreach (var status in (RolloutStatus[])[told, unusable])
        {
            var conflict = status.Conditions.Single(c => c.Type == Reasons.Conflict);
            Assert.Equal(("True", Reasons.Conflict), (conflict.Status, conflict.Reason));
            Assert.Contains("'b' names the same connector", conflict.Message, StringComparison.Ordinal);
        }
        Assert.DoesNotContain(alone.Conditions, c => c.Type == Reasons.Conflict);
    }

    /// <summary>A name and the second of its creation.</summary>
    private static SyncRollout Rollout(string text)
    {
        var (name, second) = (
            text.Split(' ')[0],
            int.Parse(text.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture)
        );
        var rollout = A.Rollout($"{name}-uid");
        return rollout with
        {
            Metadata = rollout.Metadata with { Name = name, CreationTimestamp = Noon.AddSeconds(second) },
        };
    }
}
