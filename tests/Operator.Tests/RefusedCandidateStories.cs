using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests.FreshEyes;

/// <summary>A policy of the cluster refuses the pods of a new version, for example because its image is not signed.</summary>
public sealed class RefusedCandidateStories : IDisposable
{
    private const string Denied =
        "admission webhook \"verify.example.com\" denied the request: image sync:better is not signed";
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly OneConnector _world = new(
        Noon.AddSeconds(1),
        5,
        _ => TimeSpan.FromSeconds(5),
        """
        {"name":"orders","schedule":"* * * * *","startingDeadline":"20s","timeout":"30s","maxStoresPerRun":1}
        """
    );

    public RefusedCandidateStories()
    {
        _world.Create(
            Kinds.Rollouts,
            """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout",
             "metadata":{"name":"r","namespace":"shop"},
             "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"1"},{"stores":"100%"}]}}
            """
        );
        _world.RunTo(Noon.AddMinutes(5));
        Given.That(_world.MissedStoreSyncs == 0, "a fleet that misses nothing");
        _world.Admission.Refuse(r =>
            r.Before is null
            && r.Type == CoreTypes.Pods
            && r.After.GetRawText().Contains("sync:better", StringComparison.Ordinal)
                ? Denied
                : null
        );
        _world.Edit(c => c["spec"]!["sync"]!["image"] = "registry.example.com/sync:better"); // the spec has both
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_candidate_whose_pods_are_refused_costs_no_store_a_sync()
    {
        _world.Run(TimeSpan.FromMinutes(20));

        Assert.Equal(0, _world.MissedStoreSyncs);
    }

    [Fact]
    public void The_rollout_says_who_refuses_its_pods()
    {
        _world.Run(TimeSpan.FromMinutes(20));

        var status = _world.Find(Kinds.Rollouts, "r").Json.GetProperty("status").ToString();
        Assert.Contains("is not signed", status, StringComparison.Ordinal);
    }

    [Fact]
    public void The_stores_outside_the_cohort_go_on()
    {
        _world.Made.Clear();

        _world.Run(TimeSpan.FromMinutes(20));

        Assert.InRange(_world.Made.Count, 78, 105);
    }
}
