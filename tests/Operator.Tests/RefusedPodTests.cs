using System.Net;
using Operator.Acting;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>Pods that the API server refuses, with different status codes.</summary>
public sealed class RefusedPodTests
{
    private const string Denied = "admission webhook \"inject.example.com\" denied the request: no";
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_error_of_a_webhook_leaves_the_other_pods_alone() =>
        Assert.InRange(MadeWhileHalfIsRefused(HttpStatusCode.InternalServerError, "InternalError"), 180, 400);

    [Fact]
    public void A_conflict_leaves_the_other_pods_alone() =>
        Assert.InRange(MadeWhileHalfIsRefused(HttpStatusCode.Conflict, "Conflict"), 180, 400);

    [Fact]
    public void A_refusal_as_not_found_leaves_the_other_pods_alone() =>
        Assert.InRange(MadeWhileHalfIsRefused(HttpStatusCode.NotFound, "NotFound"), 180, 400);

    [Fact]
    public void An_error_on_one_flows_pods_leaves_the_other_flow_alone() =>
        Assert.InRange(MadeBesideARefusedFlow(HttpStatusCode.InternalServerError, "InternalError"), 115, 120);

    [Fact]
    public void A_conflict_on_one_flows_pods_leaves_the_other_flow_alone() =>
        Assert.InRange(MadeBesideARefusedFlow(HttpStatusCode.Conflict, "Conflict"), 115, 120);

    [Fact]
    public void A_neighbour_that_is_accepted_does_not_hide_a_refusal()
    {
        using var world = TwoFlows();
        using var rule = RefuseHalf(world, HttpStatusCode.Forbidden, "Forbidden");

        world.Run(TimeSpan.FromMinutes(10));

        Assert.Contains(
            "inject.example.com",
            world.Status.GetProperty("conditions").ToString(),
            StringComparison.Ordinal
        );
    }

    /// <summary>An error of the server is told like a refusal when it comes again, and no longer than it lasts.</summary>
    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Conflict)]
    public void An_error_that_comes_again_is_told_while_it_lasts(HttpStatusCode code)
    {
        const string words = "jsonpatch add operation does not apply";
        using var world = TwoFlows();
        using (world.Faults.Add(r => IsPod(r) ? Fault.Before(new KubeApiException(code, $"{code}", words)) : null))
        {
            world.RunTo(Noon.AddMinutes(4).AddSeconds(18));
            Assert.Equal("False", world.ReadyStatus);
            Assert.Contains(words, world.Ready.ToString(), StringComparison.Ordinal);
        }

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Equal("True", world.ReadyStatus);
        Assert.DoesNotContain(words, world.Conditions, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_error_is_no_condition()
    {
        using var world = TwoFlows();
        var met = new HashSet<string>(StringComparer.Ordinal);
        using var errors = world.Faults.Add(r =>
            IsPod(r) && met.Add(r.Key.Name) ? Fault.Before(KubeErrors.InternalError()) : null
        );

        world.RunTo(Noon.AddMinutes(10));

        Assert.DoesNotContain("PodsRefused", string.Join(' ', world.EventReasons), StringComparison.Ordinal);
        Assert.Equal(0, world.MissedStoreSyncs);
    }

    [Fact]
    public void An_accepted_pod_does_not_clear_a_refused_one()
    {
        var refusals = new CreateRefusals();
        var key = new ObjectKey("shop", "amazon-eu");
        refusals.Refused(
            key,
            "pod-a",
            new KubeApiException(HttpStatusCode.Forbidden, "Forbidden", "exceeded quota: pods")
        );

        refusals.Accepted(key, "pod-b");

        Assert.Contains("pod-a", refusals.Of(key).Keys);
    }

    /// <summary>The pods created in ten minutes; 400 are due. When the code is 403, every permitted pod is created: 189.</summary>
    private static int MadeWhileHalfIsRefused(HttpStatusCode code, string reason)
    {
        using var world = TwoFlows();
        using var rule = RefuseHalf(world, code, reason);
        world.Made.Clear();
        world.Run(TimeSpan.FromMinutes(10));
        return world.Made.Count;
    }

    /// <summary>Refuses about half of the pods, selected by name, as an admission policy can.</summary>
    private static IDisposable RefuseHalf(OneConnector world, HttpStatusCode code, string reason) =>
        world.Faults.Add(r => IsPod(r) && (r.Key.Name[^1] & 1) == 0 ? Refused(code, reason) : null);

    /// <summary>The pods of <c>orders</c> in an hour; two a minute are due. All pods of the hourly flow <c>listings</c> are refused.</summary>
    private static int MadeBesideARefusedFlow(HttpStatusCode code, string reason)
    {
        using var world = new OneConnector(
            Noon,
            20,
            _ => TimeSpan.FromSeconds(5),
            Flow("listings", "10 * * * *", "1h", 10),
            Flow("orders", "* * * * *", "20s", 10)
        );
        world.RunTo(Noon.AddMinutes(5));
        using var rule = world.Faults.Add(r =>
            IsPod(r) && r.Key.Name.Contains("-listings-", StringComparison.Ordinal) ? Refused(code, reason) : null
        );
        world.Made.Clear();
        world.Run(TimeSpan.FromMinutes(60));
        return world.Made.Count(p => p.Name.Contains("-orders-", StringComparison.Ordinal));
    }

    private static OneConnector TwoFlows()
    {
        var world = new OneConnector(
            Noon,
            20,
            _ => TimeSpan.FromSeconds(5),
            Flow("orders", "* * * * *", "20s", 1),
            Flow("prices", "* * * * *", "20s", 1)
        );
        world.RunTo(Noon.AddMinutes(3));
        Given.That(world.Made.Count >= 80, "pods that are made before any is refused");
        return world;
    }

    private static string Flow(string name, string schedule, string startingDeadline, int storesPerRun) =>
        $$"""
            {"name":"{{name}}","schedule":"{{schedule}}","startingDeadline":"{{startingDeadline}}","timeout":"30s",
             "maxStoresPerRun":{{storesPerRun}},"maxConcurrentRuns":100}
            """;

    private static bool IsPod(FakeRequest request) => request.Verb == KubeVerb.Create && request.Type == CoreTypes.Pods;

    private static Fault Refused(HttpStatusCode code, string reason) =>
        Fault.Before(new KubeApiException(code, reason, Denied));
}
