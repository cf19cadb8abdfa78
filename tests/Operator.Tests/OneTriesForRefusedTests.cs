using System.Net;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>Many pods that the API server refuses alike: one of them tries for all, and nothing else waits.</summary>
public sealed class OneTriesForRefusedTests
{
    private const string Words = "exceeded quota: pods";
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Due = Noon.AddMinutes(10);

    /// <summary>40 first tries, one each 5 s, and one more of each just before startBy. It were 1,040.</summary>
    [Theory]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public void Forty_runs_that_are_refused_for_two_minutes_are_few_requests(HttpStatusCode code)
    {
        using var world = World();
        var asked = 0;
        using var rule = Refuse(world, code, r => IsOf(r, "orders") && ++asked > 0);

        world.RunTo(Due.AddMinutes(3));

        Assert.InRange(asked, 80, 200);
        Assert.Equal(40, world.Record.Plan("orders").MissedStoreSyncs);
        Assert.Contains(Words, world.Conditions, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(60)]
    [InlineData(115)]
    public void All_follow_the_first_that_is_accepted(int seconds)
    {
        using var world = World();
        using (Refuse(world, HttpStatusCode.Forbidden, r => IsOf(r, "orders")))
        {
            world.RunTo(Due.AddSeconds(seconds));
        }

        world.Run(TimeSpan.FromSeconds(6));

        Assert.Equal(40, world.Made.Count(m => IsOf(m.Name, "orders")));
        world.RunTo(Due.AddMinutes(4));
        Assert.Equal("True", world.ReadyStatus);
    }

    /// <summary>One pod is refused for a cause of its own: it does not try for the others for ever.</summary>
    [Fact]
    public void A_pod_that_is_refused_longer_holds_no_other()
    {
        using var world = World();
        string? own = null;
        using var single = Refuse(
            world,
            HttpStatusCode.Forbidden,
            r => IsOf(r, "orders") && r.Key.Name == (own ??= r.Key.Name)
        );
        using (Refuse(world, HttpStatusCode.Forbidden, r => IsOf(r, "orders")))
        {
            world.RunTo(Due.AddSeconds(20));
        }

        world.Run(TimeSpan.FromSeconds(12));

        Assert.Equal(39, world.Made.Count(m => IsOf(m.Name, "orders")));
    }

    /// <summary>Another flow, and other runs of the flow that nobody refuses, are created at once.</summary>
    [Fact]
    public void What_is_not_refused_does_not_wait()
    {
        using var world = World();
        using var half = Refuse(world, HttpStatusCode.Forbidden, r => IsOf(r, "orders") && (r.Key.Name[^1] & 1) == 0);

        world.RunTo(Due.AddSeconds(2));

        Assert.Equal(40, world.Made.Count(m => IsOf(m.Name, "prices")));
        Assert.InRange(world.Made.Count(m => IsOf(m.Name, "orders")), 10, 35);
    }

    private static OneConnector World()
    {
        var world = new OneConnector(Noon, 40, _ => TimeSpan.FromSeconds(20), Flow("orders"), Flow("prices"));
        world.RunTo(Due.AddSeconds(-10));
        Given.That(world.Made.Count == 0, "no pod before the due time");
        return world;
    }

    private static string Flow(string name) =>
        $$"""
            {"name":"{{name}}","schedule":"10 * * * *","startingDeadline":"2m","timeout":"4m","maxStoresPerRun":1,
             "maxConcurrentRuns":50}
            """;

    private static IDisposable Refuse(OneConnector world, HttpStatusCode code, Func<FakeRequest, bool> isMeant) =>
        world.Faults.Add(r => isMeant(r) ? Fault.Before(new KubeApiException(code, $"{code}", Words)) : null);

    private static bool IsOf(FakeRequest request, string flow) =>
        request.Verb == KubeVerb.Create && request.Type == CoreTypes.Pods && IsOf(request.Key.Name, flow);

    private static bool IsOf(string pod, string flow) => pod.Contains($"-{flow}-", StringComparison.Ordinal);
}
