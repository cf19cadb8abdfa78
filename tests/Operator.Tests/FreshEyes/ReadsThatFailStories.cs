using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests.FreshEyes;

/// <summary>
/// One object that the API server can't give out must not stop what does not need it, as a broken ServiceMonitor once stopped all
/// others. A stored object that can't be decrypted any more answers 500 for ever.
/// </summary>
public sealed class ReadsThatFailStories
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Failures => ["403", "500", "503"];

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_ConfigMap_that_can_not_be_read_stops_no_run_of_a_revision_that_holds_its_values(string failure)
    {
        using var world = WithMode();
        using var rule = world.Faults.Add(r => IsRead(r, CoreTypes.ConfigMaps) ? Failure(failure) : null);
        world.Made.Clear();

        world.Run(TimeSpan.FromMinutes(10));

        Assert.InRange(world.Made.Count, 9, 11);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_ConfigMap_that_can_not_be_read_is_named_in_the_status(string failure)
    {
        using var world = WithMode();
        using var rule = world.Faults.Add(r => IsRead(r, CoreTypes.ConfigMaps) ? Failure(failure) : null);

        world.Run(TimeSpan.FromMinutes(10));

        Assert.Contains("settings", world.Status.GetProperty("conditions").ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void New_content_whose_live_reads_fail_stops_no_run_of_stable(string failure)
    {
        using var world = WithRollout();
        using var rule = world.Faults.Add(r => IsRead(r, Kinds.Actions) ? Failure(failure) : null);
        world.Made.Clear();

        SetImage(world, "registry.example.com/sync:better");
        world.Run(TimeSpan.FromMinutes(10));

        Assert.InRange(world.Made.Count, 27, 33);
        Assert.DoesNotContain("AttemptStarted", world.EventReasons);
    }

    [Fact]
    public void A_ServiceAccount_that_can_not_be_read_stops_no_run()
    {
        using var world = Fleet();
        world.Create(
            CoreTypes.ServiceAccounts,
            """
            {"apiVersion":"v1","kind":"ServiceAccount",
             "metadata":{"name":"syncer","namespace":"shop","labels":{"marketplace-operator.io/allow-sync-pods":"true"}}}
            """
        );
        world.Edit(c => c["spec"]!["sync"]!["serviceAccountName"] = "syncer"); // the spec has both
        world.RunTo(Noon.AddMinutes(5));
        Given.That(world.NewestPod.Contains("syncer", StringComparison.Ordinal), "pods under the account");
        using var rule = world.Faults.Add(r => IsRead(r, CoreTypes.ServiceAccounts) ? Failure("500") : null);
        world.Made.Clear();

        world.Run(TimeSpan.FromMinutes(10));

        Assert.InRange(world.Made.Count, 27, 33);
    }

    private static bool IsRead(FakeRequest request, ResourceType type) =>
        request.Verb is KubeVerb.Get or KubeVerb.List && request.Type == type;

    private static Fault Failure(string code) =>
        Fault.Before(
            code switch
            {
                "403" => KubeErrors.Forbidden(),
                "500" => KubeErrors.InternalError(),
                _ => KubeErrors.Unavailable(),
            }
        );

    private static void SetImage(OneConnector world, string image) =>
        world.Edit(c => c["spec"]!["sync"]!["image"] = image); // the spec has both

    /// <summary>Stable holds a value of ConfigMap <c>settings</c>; one run a minute.</summary>
    private static OneConnector WithMode()
    {
        var world = Fleet(stores: 1);
        world.Create(
            CoreTypes.ConfigMaps,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"mode":"good"}}"""
        );
        world.Edit(c =>
            c["spec"]!["sync"]!["env"] = JsonNode.Parse(
                """[{"name":"MODE","valueFrom":{"configMapKeyRef":{"name":"settings","key":"mode"}}}]"""
            )
        );
        world.RunTo(Noon.AddMinutes(5));
        Given.That(world.NewestPod.Contains("\"good\"", StringComparison.Ordinal), "pods with the value");
        return world;
    }

    private static OneConnector WithRollout()
    {
        var world = Fleet();
        world.Create(
            Kinds.Rollouts,
            """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout",
             "metadata":{"name":"r","namespace":"shop"},
             "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"1"},{"stores":"100%"}]}}
            """
        );
        world.RunTo(Noon.AddMinutes(5));
        Given.That(world.Made.Count >= 9, "a fleet that runs");
        return world;
    }

    private static OneConnector Fleet(int stores = 3) =>
        new(
            Noon.AddSeconds(1),
            stores,
            _ => TimeSpan.FromSeconds(5),
            """
            {"name":"orders","schedule":"* * * * *","startingDeadline":"20s","timeout":"30s","maxStoresPerRun":1}
            """
        );
}
