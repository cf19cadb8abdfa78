using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>Writes that fail slowly keep no other write from being made.</summary>
public sealed class StarvedWritesTests
{
    private const int Stores = 250;
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Each create costs more than its share of a pass.</summary>
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A webhook that hangs when pods are created. Deletions are answered at once.</summary>
    [Fact]
    public void Pods_past_their_timeout_are_deleted_while_creates_get_no_answer()
    {
        var hangs = false;
        using var world = new OneConnector(
            Noon,
            Stores,
            _ => hangs ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(5),
            Flow("orders", "*/30 * * * *"),
            Flow("prices", "1-59/30 * * * *")
        );
        world.CallTimeout = CallTimeout;
        world.Run(TimeSpan.FromSeconds((30 * 60) - 5));
        hangs = true;
        world.Run(TimeSpan.FromSeconds(45)); // the runs of orders hang
        var hanging = world.Pods.Where(IsRunning).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
        Given.That(hanging.Count > 200, "runs that hang");
        using var webhook = world.Faults.Add(r => IsPod(r, KubeVerb.Create) ? Fault.Lost : null);

        world.Run(TimeSpan.FromMinutes(5)); // prices can't be created; orders run out of time after two minutes

        Assert.DoesNotContain(world.Pods, p => hanging.Contains(p.Name) && p.DeletionTimestamp is null);
    }

    /// <summary>The other way round: runs start in time while no deletion is answered.</summary>
    [Fact]
    public void Pods_are_created_while_deletions_get_no_answer()
    {
        using var world = Minutely();
        using var hanging = world.Faults.Add(r => IsPod(r, KubeVerb.Delete) ? Fault.Lost : null);
        world.Made.Clear();

        world.Run(TimeSpan.FromMinutes(5));

        Assert.InRange(world.Made.Count, 5 * Stores, 6 * Stores);
        Assert.Equal(0, world.MissedStoreSyncs);
    }

    /// <summary>More creates hang than one pass can try; the others are tried in the next passes, and the hanging ones last.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)] // the webhook ends with an error, which the API server passes on as a refusal
    public void Creates_that_would_be_answered_are_not_starved_by_those_that_hang(bool isRefused)
    {
        using var world = Minutely();
        if (isRefused)
        {
            world.Admission.Refuse(r =>
                r.Type == CoreTypes.Pods && r.Before is null && IsDigit(r.After.Text("metadata", "name") ?? "")
                    ? "failed calling webhook"
                    : null
            );
        }
        using var webhook = world.Faults.Add(r =>
            !IsPod(r, KubeVerb.Create) || !IsDigit(r.Key.Name) ? null
            : isRefused ? Fault.SlowAnswer(CallTimeout - TimeSpan.FromSeconds(1))
            : Fault.Lost
        );
        world.Made.Clear();

        world.Run(TimeSpan.FromMinutes(1));

        // About 94 of 250 names end with a letter.
        Assert.InRange(world.Made.Count, 70, 120);
        Assert.DoesNotContain(world.Made, p => IsDigit(p.Name));
    }

    /// <summary>120 creates of one flow hang for an hour. Nothing of the other flow waits for them.</summary>
    [Fact]
    public void A_flow_whose_creates_get_no_answer_leaves_the_others_alone()
    {
        using var world = new OneConnector(
            Noon,
            120,
            _ => TimeSpan.FromSeconds(5),
            """
            {"name":"listings","schedule":"10 * * * *","startingDeadline":"1h","timeout":"30s","maxStoresPerRun":1,"maxConcurrentRuns":120}
            """,
            """
            {"name":"orders","schedule":"* * * * *","startingDeadline":"20s","timeout":"30s","maxStoresPerRun":50,"maxConcurrentRuns":10}
            """
        );
        world.CallTimeout = CallTimeout;
        world.RunTo(Noon.AddMinutes(5));
        using var hanging = world.Faults.Add(r =>
            IsPod(r, KubeVerb.Create) && r.Key.Name.Contains("-listings-", StringComparison.Ordinal) ? Fault.Lost : null
        );
        world.Made.Clear();

        world.Run(TimeSpan.FromMinutes(30));

        var made = world.Made.Where(p => p.Name.Contains("-orders-", StringComparison.Ordinal)).ToList();
        Assert.InRange(made.Count, 29 * 3, 31 * 3);
        Assert.All(made, p => Assert.InRange(p.At.Second, 0, 8));
    }

    private static OneConnector Minutely()
    {
        var world = new OneConnector(
            Noon,
            Stores,
            _ => TimeSpan.FromSeconds(5),
            Flow("orders", "* * * * *", startingDeadline: "50s")
        );
        world.CallTimeout = CallTimeout;
        world.Run(TimeSpan.FromSeconds(175));
        return world;
    }

    private static string Flow(string name, string schedule, string startingDeadline = "10m") =>
        $$"""
            {"name":"{{name}}","schedule":"{{schedule}}","startingDeadline":"{{startingDeadline}}","startTimeout":"30s","timeout":"2m",
             "maxStoresPerRun":1,"maxConcurrentRuns":250}
            """;

    private static bool IsPod(FakeRequest request, KubeVerb verb) =>
        request.Verb == verb && request.Type == CoreTypes.Pods;

    private static bool IsDigit(string pod) => char.IsAsciiDigit(pod[^1]);

    private static bool IsRunning(KubeObject pod) => pod.Json.Text("status", "phase") == nameof(PodPhase.Running);
}
