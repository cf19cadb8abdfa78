using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>Two rollouts of one connector that were created in the same second.</summary>
public sealed class TwoRolloutsTests : IDisposable
{
    private static readonly ObjectKey Shop = new(FleetObjects.Namespace, FleetObjects.Name);
    private static readonly ObjectKey First = new(FleetObjects.Namespace, "a-rollout");
    private static readonly ObjectKey Second = new(FleetObjects.Namespace, "b-rollout");
    private readonly OneOperator _operator = new();
    private readonly FleetObjects _objects = new(new Random(1));

    public void Dispose() => _operator.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_first_by_name_is_in_charge_and_both_say_so_also_over_a_restart(bool isFirstCreatedLast)
    {
        _operator.Cluster.Create(Kinds.Connectors, Shop.Namespace, _objects.Connector());
        ObjectKey[] order = isFirstCreatedLast ? [Second, First] : [First, Second];
        foreach (var key in order)
        {
            var rollout = _objects.Rollout();
            rollout["metadata"]!["name"] = key.Name; // it has metadata
            _operator.Cluster.Create(Kinds.Rollouts, key.Namespace, rollout);
        }
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(40));
        ExpectBothToSaySo();
        var versions = Versions();

        _operator.Sleep(TimeSpan.FromMinutes(1));
        _operator.RunFor(TimeSpan.FromMinutes(1));

        ExpectBothToSaySo();
        Assert.Equal(versions[1], Versions()[1]);

        _operator.Cluster.Delete(Kinds.Rollouts, First);
        _operator.RunFor(TimeSpan.FromMinutes(1));

        Assert.StartsWith(Reasons.UpToDate, _operator.Ready(Kinds.Rollouts, Second), StringComparison.Ordinal);
        Assert.Null(_operator.Condition(Kinds.Rollouts, Second, Reasons.Conflict));
    }

    [Fact]
    public void Beside_one_that_can_not_be_read_the_other_says_why_it_is_not_followed()
    {
        _operator.Cluster.Create(Kinds.Connectors, Shop.Namespace, _objects.Connector());
        foreach (var key in (ObjectKey[])[First, Second])
        {
            var rollout = _objects.Rollout();
            rollout["metadata"]!["name"] = key.Name; // it has metadata
            _operator.Cluster.Create(Kinds.Rollouts, key.Namespace, rollout);
        }
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(30));

        _operator.Cluster.Edit(Kinds.Rollouts, Second, r => r["spec"]!["steps"] = "no list"); // it has a spec
        _operator.RunFor(TimeSpan.FromMinutes(1));

        Assert.Equal(
            "Conflict: SyncRollout 'b-rollout' names the same connector and can't be read, so none of the two is followed; correct or delete it",
            _operator.Ready(Kinds.Rollouts, First)
        );
        Assert.StartsWith(Reasons.Undecodable, _operator.Ready(Kinds.Rollouts, Second), StringComparison.Ordinal);

        var steps = _objects.Rollout()["spec"]!["steps"]!.DeepClone(); // it has both
        _operator.Cluster.Edit(Kinds.Rollouts, Second, r => r["spec"]!["steps"] = steps);
        _operator.RunFor(TimeSpan.FromMinutes(1));

        ExpectBothToSaySo();
    }

    private string[] Versions() =>
        [.. new[] { First, Second }.Select(k => _operator.Cluster.Find(Kinds.Rollouts, k)!.ResourceVersion)]; // both exist

    private void ExpectBothToSaySo()
    {
        const string why =
            "because both were created in the same second and the name 'a-rollout' comes first; delete one of the two";
        Assert.StartsWith(Reasons.UpToDate, _operator.Ready(Kinds.Rollouts, First), StringComparison.Ordinal);
        Assert.Equal(
            $"Conflict: SyncRollout 'b-rollout' names the same connector and is not followed, {why}",
            _operator.Condition(Kinds.Rollouts, First, Reasons.Conflict)
        );
        Assert.Equal(
            $"Conflict: SyncRollout 'a-rollout' is in charge of connector '{Shop.Name}', {why}",
            _operator.Condition(Kinds.Rollouts, Second, ConditionTypes.Stalled)
        );
    }
}
