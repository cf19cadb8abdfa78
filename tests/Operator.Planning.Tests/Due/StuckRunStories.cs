using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Tests.KnownFaults;
using Operator.Planning.Tests.Telling;
using Operator.Testing;

namespace Operator.Planning.Tests.Due;

/// <summary>Runs whose containers never started did no work: who waits for them waits for the cluster, not for a busy store.</summary>
public sealed class StuckRunStories
{
    [Fact]
    public void A_missing_image_is_not_blamed_on_concurrency()
    {
        var world = Stuck(f => f with { StartTimeout = new Duration("8m") });
        world.Versions[A.Good] = new Behaviour { CanStart = false };

        world.RunWhatIsDue(TimeSpan.FromMinutes(22));

        var missed = world.Record.Plan("orders").MissedBy;
        Given.That(missed.Total > 0, "syncs that are missed");
        Assert.Equal(missed.Infra, missed.Total);
    }

    [Fact]
    public void A_missing_image_that_takes_all_places_is_not_blamed_on_capacity()
    {
        var world = Stuck(f =>
            f with
            {
                MaxStoresPerRun = 1,
                MaxConcurrentRuns = 4,
                StartTimeout = new Duration("8m"),
            }
        );
        world.Versions[A.Good] = new Behaviour { CanStart = false };

        world.RunWhatIsDue(TimeSpan.FromMinutes(22));

        var missed = world.Record.Plan("orders").MissedBy;
        Given.That(missed.Total > 0, "syncs that are missed");
        Assert.Equal(missed.Infra, missed.Total);
    }

    [Fact]
    public void A_used_up_quota_of_pods_is_not_blamed_on_concurrency_or_capacity()
    {
        var world = Stuck(f => f with { MaxStoresPerRun = 1, MaxConcurrentRuns = 4 });
        world.Refusal = new CreateRefusal(RefusalKind.Quota, "exceeded quota: pods");

        world.RunWhatIsDue(TimeSpan.FromMinutes(22));

        var missed = world.Record.Plan("orders").MissedBy;
        Given.That(missed.Total > 0, "syncs that are missed");
        Assert.Equal(missed.Infra, missed.Total);
    }

    [Fact]
    public void Runs_that_work_too_long_are_still_blamed()
    {
        var world = Stuck(f => f with { Timeout = new Duration("20m") });
        world.Versions[A.Good] = new Behaviour { Duration = TimeSpan.FromMinutes(9) };

        world.RunWhatIsDue(TimeSpan.FromMinutes(22));

        var missed = world.Record.Plan("orders").MissedBy;
        Given.That(missed.Total > 0, "syncs that are missed");
        Assert.Equal(missed.Concurrency, missed.Total);
    }

    private static World Stuck(Func<Flow, Flow> edit) => Conditions.EveryFiveMinutes(edit);
}
