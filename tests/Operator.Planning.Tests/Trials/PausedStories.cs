using Operator.Api;

namespace Operator.Planning.Tests.Trials;

/// <summary>Under <c>onFailure: Pause</c> all stores run stable, and the statuses say so, whatever comes afterwards.</summary>
public sealed class PausedStories
{
    private readonly World _world = A.TrialWorld(8, s => s with { OnFailure = FailurePolicy.Pause });

    public PausedStories()
    {
        _world.Try(new Behaviour { Ok = 0, Failed = 10 });
        _world.Until(w => w.Attempt is { PausedOn: not null });
        _world.Run(TimeSpan.FromSeconds(40));
    }

    [Fact]
    public void No_store_is_told_to_be_on_the_candidate()
    {
        var stores = _world.Last.ConnectorStatus.Stores;

        Assert.Equal((0, 8), (stores.OnCandidate, stores.OnStable));
        Assert.Contains(
            "all stores run stable",
            _world.Last.RolloutStatus!.Conditions.Single(c => c.Type == ConditionTypes.Paused).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_verdict_stays_what_it_was_paused_on()
    {
        var paused = _world.Attempt!.PausedOn!;
        Assert.Equal(("Fail", paused.Reason), _world.Verdict);

        _world.SetRollout(s =>
            s with
            {
                Analysis = s.Analysis with
                {
                    MaxErrorRate = new Percent("100%"),
                    MaxIncrease = new Percent("100%"),
                    MaxVolumeDrop = new Percent("100%"),
                },
            }
        );
        _world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal(("Fail", paused.Reason), _world.Verdict);
        Assert.Equal(paused.Message, _world.Message);
    }

    [Fact]
    public void No_deadline_runs()
    {
        Assert.Null(_world.Last.RolloutStatus!.Attempt!.DeadlineAt);
    }
}
