using System.Net;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>The API server refuses writes for seconds or minutes; the delay after the refusals end must be short.</summary>
public sealed class RefusalOfSecondsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_quota_that_refuses_for_8_seconds_costs_no_sync()
    {
        using var world = QuotaAtTheDueTime(seconds: 8);

        world.RunTo(Noon.AddMinutes(59));

        Assert.Equal(0, world.MissedStoreSyncs);
    }

    [Fact]
    public void A_quota_that_refuses_for_a_minute_costs_no_sync()
    {
        using var world = QuotaAtTheDueTime(seconds: 60);

        world.RunTo(Noon.AddMinutes(59));

        Assert.Equal(0, world.MissedStoreSyncs);
    }

    [Fact]
    public void Ready_is_not_false_long_after_the_last_refusal()
    {
        using var world = QuotaAtTheDueTime(seconds: 8);

        world.RunTo(Noon.AddMinutes(45));

        Assert.Equal("True", world.ReadyStatus);
    }

    [Fact]
    public void Ready_is_false_while_every_pod_is_refused()
    {
        using var world = TwoStores();
        using var quota = world.LimitPods(0);

        world.RunTo(Noon.AddMinutes(5).AddSeconds(30));

        Assert.Equal("False", world.ReadyStatus);
    }

    [Fact]
    public void Refused_pods_are_made_as_soon_as_there_is_room()
    {
        using var world = TwoStores();
        using (world.LimitPods(0))
        {
            world.RunTo(Noon.AddMinutes(5).AddSeconds(35));
        }

        world.Run(TimeSpan.FromSeconds(15));

        Assert.Equal(2, world.Made.Count);
    }

    [Fact]
    public void Work_goes_on_15_seconds_after_2_minutes_of_refused_commits() =>
        // The pauses between tries are random, so one outage alone may end just before a try.
        Assert.InRange(
            ((int[])[110, 120, 130, 140]).Max(s => FirstPodAfterRefusedCommits(TimeSpan.FromSeconds(s), stores: 1)),
            TimeSpan.Zero,
            Soon
        );

    [Fact]
    public void Work_goes_on_15_seconds_after_10_minutes_of_refused_commits() =>
        Assert.InRange(FirstPodAfterRefusedCommits(TimeSpan.FromMinutes(10), stores: 1), TimeSpan.Zero, Soon);

    [Fact]
    public void Work_of_many_stores_goes_on_15_seconds_after_15_minutes_of_refused_commits() =>
        Assert.InRange(FirstPodAfterRefusedCommits(TimeSpan.FromMinutes(15), stores: 20), TimeSpan.Zero, Soon);

    private static TimeSpan Soon => TimeSpan.FromSeconds(15);

    /// <summary>40 stores are due at 12:30 and may start until 12:40. A quota refuses their pods from 12:29:50 on.</summary>
    private static OneConnector QuotaAtTheDueTime(int seconds)
    {
        var world = new OneConnector(
            Noon.AddSeconds(50),
            40,
            _ => TimeSpan.FromSeconds(20),
            """
            {"name":"orders","schedule":"*/30 * * * *","startingDeadline":"10m","timeout":"4m","maxStoresPerRun":1,
             "maxConcurrentRuns":50}
            """
        );
        world.RunTo(Noon.AddMinutes(30).AddSeconds(-10));
        Given.That(world.ReadyStatus == "True", "a connector that is ready");
        using var quota = world.LimitPods(0);
        world.RunTo(Noon.AddMinutes(30).AddSeconds(seconds));
        return world;
    }

    /// <summary>Two stores are due at 12:05 and may start until 12:07; it is 12:04:55.</summary>
    private static OneConnector TwoStores()
    {
        var world = new OneConnector(
            Noon.AddSeconds(50),
            2,
            _ => TimeSpan.FromSeconds(20),
            """
            {"name":"orders","schedule":"*/5 * * * *","startingDeadline":"2m","timeout":"4m","maxStoresPerRun":1}
            """
        );
        world.RunTo(Noon.AddMinutes(5).AddSeconds(-5));
        Given.That(world.Made.Count == 0, "no pod before the due time");
        return world;
    }

    /// <summary>Refuses every commit from two seconds after a due time. Returns how long after the outage the next pod comes.</summary>
    private static TimeSpan FirstPodAfterRefusedCommits(TimeSpan outage, int stores)
    {
        // Pods end one after another, and each end causes one more failed commit.
        using var world = new OneConnector(
            Noon,
            stores,
            number => TimeSpan.FromSeconds(5 + (number % 50)),
            """
            {"name":"orders","schedule":"* * * * *","startingDeadline":"30s","timeout":"90s","maxStoresPerRun":1,
             "maxConcurrentRuns":100}
            """
        );
        world.RunTo(Noon.AddMinutes(5).AddSeconds(2));
        var refused = 0;
        using (world.Faults.Add(r => IsCommit(r) && ++refused > 0 ? Fault.Before(WebhookAway()) : null))
        {
            world.Run(outage);
        }
        Given.That(refused > 0, "commits that are refused");
        var end = world.Now;
        world.Made.Clear();
        world.Run(TimeSpan.FromMinutes(10));
        return world.Made[0].At - end;
    }

    private static KubeApiException WebhookAway() =>
        new(HttpStatusCode.InternalServerError, "InternalError", "failed calling webhook \"policy.example.com\"");

    /// <summary>Excludes other kinds, so that it does not depend on the kind in which the record is stored.</summary>
    private static bool IsCommit(FakeRequest request) =>
        request.IsWrite
        && request.Type != CoreTypes.Pods
        && request.Type != CoreTypes.Leases
        && request.Type != CoreTypes.Events
        && request.Type != Kinds.Connectors;
}
