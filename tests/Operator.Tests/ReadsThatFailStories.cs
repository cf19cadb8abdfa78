using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

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

    [Theory]
    [MemberData(nameof(Failures))]
    public void What_can_not_be_read_is_a_condition_until_it_can_be_read(string failure)
    {
        using var world = WithMode();
        using (world.Faults.Add(r => IsRead(r, CoreTypes.ConfigMaps) ? Failure(failure) : null))
        {
            world.Run(TimeSpan.FromMinutes(2));
            Assert.Contains(Reasons.ReferenceUnreadable, world.Conditions, StringComparison.Ordinal);
            Assert.DoesNotContain(Reasons.ConfigMapMissing, world.Conditions, StringComparison.Ordinal);
        }

        world.Run(TimeSpan.FromMinutes(2));

        Assert.DoesNotContain(Reasons.ReferenceUnreadable, world.Conditions, StringComparison.Ordinal);
        Assert.Equal(Reasons.Syncing, world.Ready.GetProperty("reason").GetString());
    }

    /// <summary>The kubelet reads the bundle, not the operator.</summary>
    [Fact]
    public void A_CA_bundle_that_can_not_be_read_stops_no_run_and_is_told()
    {
        using var world = Fleet();
        world.Create(
            CoreTypes.ConfigMaps,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"corp-ca","namespace":"shop"},"data":{"ca.crt":"x"}}"""
        );
        world.Edit(c =>
            c["spec"]!["sync"]!["caBundle"] = JsonNode.Parse(
                """{"configMapKeyRef":{"name":"corp-ca","key":"ca.crt"}}"""
            )
        );
        world.RunTo(Noon.AddMinutes(5));
        using var rule = world.Faults.Add(r => IsRead(r, CoreTypes.ConfigMaps) ? Failure("403") : null);
        world.Made.Clear();

        world.Run(TimeSpan.FromMinutes(10));

        Assert.InRange(world.Made.Count, 27, 33);
        Assert.Contains(Reasons.ReferenceUnreadable, world.Conditions, StringComparison.Ordinal);
        Assert.Contains("corp-ca", world.Conditions, StringComparison.Ordinal);
    }

    /// <summary>Else anybody who may write connectors could run code under an account whose label nobody can see.</summary>
    [Theory]
    [MemberData(nameof(Failures))]
    public void A_new_ServiceAccount_that_can_not_be_read_is_not_used(string failure)
    {
        using var world = Fleet();
        world.RunTo(Noon.AddMinutes(5));
        using var rule = world.Faults.Add(r => IsRead(r, CoreTypes.ServiceAccounts) ? Failure(failure) : null);
        world.Made.Clear();

        world.Edit(c =>
        {
            c["spec"]!["updatePolicy"] = "Immediate";
            c["spec"]!["sync"]!["serviceAccountName"] = "admin"; // the spec has both
        });
        world.Run(TimeSpan.FromMinutes(10));

        Assert.InRange(world.Made.Count, 27, 33);
        Assert.DoesNotContain(world.Pods, p => p.Json.GetRawText().Contains("\"admin\"", StringComparison.Ordinal));
        Assert.Equal(Reasons.ReferenceUnreadable, world.Ready.GetProperty("reason").GetString());
        Assert.Contains("admin", world.Conditions, StringComparison.Ordinal);
    }

    [Fact]
    public void New_content_whose_live_reads_fail_is_told_and_starts_when_they_succeed()
    {
        using var world = WithRollout();
        using (world.Faults.Add(r => IsRead(r, Kinds.Actions) ? Failure("500") : null))
        {
            SetImage(world, "registry.example.com/sync:better");
            world.Run(TimeSpan.FromMinutes(2));
            Assert.Equal(Reasons.LiveReadFailed, world.Ready.GetProperty("reason").GetString());
            Assert.Equal("True", world.ReadyStatus);
        }

        world.Run(TimeSpan.FromMinutes(2));

        Assert.Contains("AttemptStarted", world.EventReasons);
        Assert.DoesNotContain(Reasons.LiveReadFailed, world.Conditions, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_pod_that_can_not_be_read_is_not_taken_for_lost(string failure)
    {
        using var world = Fleet();
        world.RunTo(Noon.AddMinutes(5));
        using (world.Faults.Add(r => r.Type == CoreTypes.Pods && r.Verb == KubeVerb.Create ? Fault.Lost : null))
        using (world.Faults.Add(r => IsRead(r, CoreTypes.Pods) ? Failure(failure) : null))
        {
            world.Run(TimeSpan.FromMinutes(3));
            Assert.Equal(3, world.Status.GetProperty("flows")[0].GetProperty("activeRuns").GetInt32());
        }

        world.Run(TimeSpan.FromMinutes(3));

        Assert.InRange(world.MissedStoreSyncs, 3, 15);
        Assert.Equal(Reasons.Syncing, world.Ready.GetProperty("reason").GetString());
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
