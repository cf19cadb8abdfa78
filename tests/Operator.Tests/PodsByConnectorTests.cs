using Operator.Gathering;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>A leader keeps deleted pods until they are folded; a follower, which folds nothing, keeps them for a minute.</summary>
public sealed class PodsByConnectorTests
{
    private static readonly ObjectKey Connector = new("shop", "amazon-eu");
    private readonly VirtualTime _time = new();
    private readonly PodsByConnector _pods;

    public PodsByConnectorTests() => _pods = new PodsByConnector(_time);

    [Fact]
    public void A_follower_over_50_000_pods_that_come_and_go_stays_flat()
    {
        var most = 0;
        for (var i = 0; i < 50_000; i++)
        {
            ComeAndGo($"pod-{i}");
            _time.Advance(TimeSpan.FromMilliseconds(50));
            most = Math.Max(most, _pods.Count);
        }

        Assert.InRange(most, 1_000, 1_300);
        Assert.InRange(_pods.Count, 1_000, 1_300);
    }

    [Fact]
    public void A_follower_keeps_no_more_when_many_leave_at_once()
    {
        for (var i = 0; i < 50_000; i++)
        {
            ComeAndGo($"pod-{i}");
        }

        Assert.InRange(_pods.Count, 1, PodsByConnector.MostKeptByFollowers);
    }

    [Fact]
    public void The_next_pod_of_any_connector_ends_what_left_long_ago()
    {
        ComeAndGo("old");
        _time.Advance(PodsByConnector.KeptByFollowers + TimeSpan.FromSeconds(1));

        _pods.Seen(new ObjectKey("shop", "other"), Pod("new"));

        Assert.Empty(_pods.Of(Connector));
        Assert.Equal(1, _pods.Count);
    }

    [Fact]
    public void A_replica_that_begins_to_lead_keeps_what_left_just_before_until_it_is_folded()
    {
        ComeAndGo("long-ago");
        _time.Advance(PodsByConnector.KeptByFollowers + TimeSpan.FromSeconds(1));
        ComeAndGo("just-before");
        _time.Advance(TimeSpan.FromSeconds(20));

        _pods.BeginLeading();
        ComeAndGo("since");
        _time.Advance(TimeSpan.FromHours(1));
        _pods.Seen(Connector, Pod("now"));

        Assert.Equal(["just-before", "now", "since"], _pods.Of(Connector).Keys);
        Assert.True(_pods.Of(Connector)["just-before"].IsGone);
        _pods.Forget(Connector, ["just-before", "since", "now"]);
        Assert.Equal(["now"], _pods.Of(Connector).Keys);
    }

    [Fact]
    public void A_pod_that_came_again_under_its_name_is_not_forgotten_with_the_former_one()
    {
        ComeAndGo("pod", "first");
        _pods.Seen(Connector, Pod("pod", "second"));
        _time.Advance(TimeSpan.FromHours(1));

        _pods.Seen(Connector, Pod("other"));

        Assert.Equal("second", _pods.Of(Connector)["pod"].Uid);
    }

    private void ComeAndGo(string name, string uid = "u")
    {
        var pod = Pod(name, uid);
        _pods.Seen(Connector, pod);
        _pods.Left(Connector, pod);
    }

    private static ObservedPod Pod(string name, string uid = "u") => new() { Name = name, Uid = uid };
}
