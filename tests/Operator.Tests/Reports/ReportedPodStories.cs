using System.Net;
using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests.Reports;

/// <summary>What people and other controllers do to pods, as users of other controllers reported it.</summary>
public sealed class ReportedPodStories
{
    private const string EachMinute =
        """{"name":"orders","schedule":"* * * * *","startingDeadline":"20s","startTimeout":"20s","timeout":"30s"}""";
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// A pod of a job queue keeps its finalizer for ever (kueue 1339, 13830); the owners of such pods deleted and created in a loop.
    /// </summary>
    [Fact]
    public void Pods_that_a_finalizer_keeps_are_deleted_once_and_hold_up_nothing()
    {
        using var world = World(EachMinute);
        using var _ = world.Admission.Change(
            (type, item) =>
            {
                if (type == CoreTypes.Pods)
                {
                    item["metadata"]!["finalizers"] = new JsonArray("kueue.x-k8s.io/managed"); // every object has metadata
                }
            }
        );
        var deletions = new List<string>();
        using var watch = world.Faults.Add(r =>
        {
            if (r.Type == CoreTypes.Pods && r.Verb == KubeVerb.Delete)
            {
                deletions.Add(r.Key.Name);
            }
            return null;
        });

        world.RunTo(Noon.AddMinutes(20).AddSeconds(30));

        Assert.Equal(20, world.Made.Count);
        Assert.Equal(0, world.MissedStoreSyncs);
        Assert.Equal("True", world.ReadyStatus);
        Assert.InRange(deletions.Count, 17, 20);
        Assert.Equal(deletions.Count, deletions.Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>Pods that are being deleted give no place back by another deletion: they are not in the way of those that stay.</summary>
    [Fact]
    public void Pods_that_a_finalizer_keeps_do_not_fill_the_place_of_finished_pods()
    {
        using var shop = new OneShop(_ => new PodScript { ExitCode = 3 }, cap: 10);
        using var _ = shop.Cluster.Admission.Change(
            (type, item) =>
            {
                if (type == CoreTypes.Pods)
                {
                    item["metadata"]!["finalizers"] = new JsonArray("kueue.x-k8s.io/managed"); // every object has metadata
                }
            }
        );
        shop.Create(OneShop.Connector());
        shop.Process.Start();

        shop.RunFor(TimeSpan.FromMinutes(40));

        var kept = shop.Cluster.All(CoreTypes.Pods).Count(p => p.DeletionTimestamp is null);
        Assert.InRange(shop.Made.Count, 38, 200);
        Assert.InRange(kept, 3, 10); // spec.history.failedRuns is 3, and a pod is deleted only after its startBy
    }

    /// <summary>A running pod whose owner reference is removed was forgotten, or got a twin (kubernetes 32829).</summary>
    [Theory]
    [InlineData(null)]
    [InlineData("other")]
    public void A_running_pod_that_loses_its_owner_gets_no_twin(string? owner)
    {
        using var world = World("""{"name":"orders","schedule":"*/5 * * * *","startingDeadline":"2m"}""", runsFor: 60);
        world.RunTo(Noon.AddMinutes(5).AddSeconds(20));
        Given.That(world.Made.Count == 1, "one run under way");
        world.Edit(
            CoreTypes.Pods,
            world.Made[0].Name,
            pod =>
            {
                var owners = pod["metadata"]!["ownerReferences"]!.AsArray(); // every sync pod has one
                if (owner is null)
                {
                    owners.Clear();
                }
                else
                {
                    owners[0]!["name"] = owner;
                }
            }
        );

        world.RunTo(Noon.AddMinutes(9));

        Assert.Single(world.Made);
        Assert.Equal(0, world.MissedStoreSyncs);
        Assert.Equal("True", world.ReadyStatus);
    }

    /// <summary>
    /// A ServiceAccount, priority class or LimitRange of the cluster changes the pod that comes back (kubernetes 58032): no controller
    /// may take it for another than it created.
    /// </summary>
    [Fact]
    public void A_pod_that_comes_back_changed_is_the_pod_that_was_created()
    {
        using var world = World(EachMinute);
        using var _ = world.Admission.Change(
            (type, item) =>
            {
                if (type == CoreTypes.Pods)
                {
                    item["spec"]!["priority"] = 5; // every pod has these
                    item["spec"]!["containers"]![0]!["resources"]!["limits"]!["cpu"] = "2";
                    item["spec"]!["volumes"]!.AsArray().Add(JsonNode.Parse("""{"name":"token","emptyDir":{}}"""));
                    item["metadata"]!["annotations"]!["kubernetes.io/limit-ranger"] = "LimitRanger plugin set: cpu";
                }
            }
        );

        world.RunTo(Noon.AddMinutes(10).AddSeconds(30));

        Assert.Equal(10, world.Made.Count);
        Assert.Equal("True", world.ReadyStatus);
    }

    /// <summary>
    /// Under a ResourceQuota the server answers some of many creates at once with a conflict on the quota (kubernetes 67761), and
    /// controllers failed the work (argo-workflows 3217, tekton 5252).
    /// </summary>
    [Fact]
    public void A_conflict_on_the_quota_is_tried_again_and_is_nobodys_fault()
    {
        using var world = new OneConnector(
            Noon.AddSeconds(1),
            20,
            _ => TimeSpan.FromSeconds(5),
            """
            {"name":"orders","schedule":"* * * * *","startingDeadline":"20s","maxStoresPerRun":1,"maxConcurrentRuns":30}
            """
        );
        var (tried, reads) = (new HashSet<string>(StringComparer.Ordinal), 0);
        using var conflicts = world.Faults.Add(r =>
        {
            reads += r.Verb is KubeVerb.Get or KubeVerb.List ? 1 : 0;
            return
                r.Verb == KubeVerb.Create && r.Type == CoreTypes.Pods && tried.Add(r.Key.Name) && tried.Count % 3 == 0
                ? Fault.Before(
                    new KubeApiException(
                        HttpStatusCode.Conflict,
                        "Conflict",
                        "Operation cannot be fulfilled on resourcequotas \"pods\": the object has been modified; please apply your changes to the latest version and try again"
                    )
                )
                : null;
        });

        world.RunTo(Noon.AddMinutes(10).AddSeconds(40));

        Assert.Equal(200, world.Made.Count);
        Assert.Equal(0, world.MissedStoreSyncs);
        Assert.Equal("True", world.ReadyStatus);
        Assert.DoesNotContain(world.EventReasons, r => r is Reasons.PodsRefused or Reasons.QuotaExceeded);
        Assert.All(world.Made, m => Assert.InRange(m.At.Second, 0, 5));
        Assert.InRange(reads, 0, 60);
    }

    /// <summary>A priority class that does not exist (kubernetes: forbidden by the Priority plugin) is told in its words.</summary>
    [Fact]
    public void A_priority_class_that_does_not_exist_is_told()
    {
        using var world = World(EachMinute);
        using var _ = world.Admission.Refuse(r =>
            r.Type == CoreTypes.Pods ? "no PriorityClass with name nightly was found" : null
        );

        world.RunTo(Noon.AddMinutes(3).AddSeconds(10));
        var messages = new HashSet<string>(StringComparer.Ordinal);
        for (var end = world.Now.AddMinutes(4); world.Now < end; world.Run(TimeSpan.FromSeconds(5)))
        {
            Assert.Equal(Reasons.PodsRefused, world.Ready.GetProperty("reason").GetString());
            messages.Add(world.Ready.GetProperty("message").GetString() ?? "");
        }

        Assert.All(
            messages,
            m => Assert.Contains("no PriorityClass with name nightly was found", m, StringComparison.Ordinal)
        );
        Assert.InRange(messages.Count, 1, 2); // while the pods are refused, and afterwards
    }

    private static OneConnector World(string flow, int runsFor = 5) =>
        new(Noon.AddSeconds(1), 1, _ => TimeSpan.FromSeconds(runsFor), flow);
}
