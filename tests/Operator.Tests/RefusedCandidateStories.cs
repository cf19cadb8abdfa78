using System.Text.Json;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

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
    }

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_candidate_whose_pods_are_refused_costs_no_store_a_sync()
    {
        Ship(Refuse("sync:better"));
        _world.Run(TimeSpan.FromMinutes(20));

        Assert.Equal(0, _world.MissedStoreSyncs);
    }

    [Fact]
    public void The_rollout_says_who_refuses_its_pods()
    {
        Ship(Refuse("sync:better"));
        _world.Run(TimeSpan.FromMinutes(20));

        var status = _world.Find(Kinds.Rollouts, "r").Json.GetProperty("status").ToString();
        Assert.Contains("is not signed", status, StringComparison.Ordinal);
    }

    [Fact]
    public void The_stores_outside_the_cohort_go_on()
    {
        Ship(Refuse("sync:better"));
        _world.Made.Clear();

        _world.Run(TimeSpan.FromMinutes(20));

        Assert.InRange(_world.Made.Count, 78, 105);
    }

    [Fact]
    public void Three_refusals_of_the_candidate_alone_end_the_attempt()
    {
        Ship(Refuse("sync:better"));

        _world.RunTo(Noon.AddMinutes(7).AddSeconds(30));
        Assert.Equal(Reasons.CandidateRefused, Rollout.Text("status", "attempt", "reason"));
        _world.Run(TimeSpan.FromMinutes(1));

        Assert.Equal("RolledBack", Rollout.Text("status", "phase"));
        Assert.Equal(Reasons.AdmissionDenied, Rollout.Text("status", "attempt", "reason"));
        Assert.Contains("is not signed", Rollout.Text("status", "attempt", "message"), StringComparison.Ordinal);
        Assert.Equal(2, _world.EventReasons.Count(r => r == Reasons.AdmissionDenied));
        Assert.DoesNotContain(
            _world.EventTexts,
            t => t.StartsWith("AdmissionDenied of MarketplaceConnector", StringComparison.Ordinal)
        );
        Assert.Equal(0, _world.MissedStoreSyncs);
    }

    /// <summary>Somebody else wrote the rollout in between, so the status of the rollback is written by the next pass.</summary>
    [Fact]
    public void A_rollback_whose_status_meets_a_conflict_is_told_once()
    {
        var isMet = false;
        using var conflict = _world.Faults.Add(r =>
        {
            var meets =
                !isMet
                && r.Type == Kinds.Rollouts
                && r.IsWrite
                && _world.Record is { RunningAttempt: null, Attempts.History.IsEmpty: false };
            isMet |= meets;
            return meets ? Fault.Before(KubeErrors.Conflict()) : null;
        });
        Ship(Refuse("sync:better"));

        _world.RunTo(Noon.AddMinutes(12));

        Given.That(isMet, "a conflict");
        Assert.Equal("RolledBack", Rollout.Text("status", "phase"));
        Assert.Equal(2, _world.EventReasons.Count(r => r is Reasons.AdmissionDenied or Reasons.RolledBack));
    }

    [Fact]
    public void The_connector_that_serves_stable_stays_ready()
    {
        Ship(Refuse("sync:better"));

        for (var end = _world.Now.AddMinutes(4); _world.Now < end; _world.Run(TimeSpan.FromSeconds(1)))
        {
            Assert.Equal("True", _world.ReadyStatus);
        }
    }

    /// <summary>Then nothing speaks against the candidate.</summary>
    [Fact]
    public void Refusals_of_all_pods_end_no_attempt()
    {
        var refusal = Refuse("sync:");
        Ship(refusal);
        _world.Run(TimeSpan.FromMinutes(10));
        Assert.NotEqual("RolledBack", Rollout.Text("status", "phase"));
        refusal.Dispose();
        _world.Made.Clear();

        _world.Run(TimeSpan.FromMinutes(2), until: () => Images.Contains("sync:better", StringComparison.Ordinal));

        Assert.Contains("sync:better", Images);
        Assert.DoesNotContain(Reasons.RolledBack, _world.EventReasons);
    }

    /// <summary>A policy that looks for the signature in a registry that does not answer.</summary>
    [Fact]
    public void A_candidate_whose_creation_gets_no_answer_costs_no_store_a_sync_and_ends_as_well()
    {
        using var rule = _world.Faults.Add(r =>
            r.Verb == KubeVerb.Create && r.Type == CoreTypes.Pods && IsOfPilot(r.Key.Name) ? Fault.Lost : null
        );
        Ship(rule);

        _world.Run(TimeSpan.FromMinutes(20));

        Assert.Equal(0, _world.MissedStoreSyncs);
        Assert.Equal("RolledBack", Rollout.Text("status", "phase"));
        Assert.DoesNotContain("sync:better", Images);
    }

    [Fact]
    public void A_refusal_that_is_over_soon_costs_the_attempt_nothing()
    {
        var refusal = Refuse("sync:better");
        Ship(refusal);
        _world.RunTo(Noon.AddMinutes(7).AddSeconds(30));
        Given.That(Rollout.Text("status", "attempt", "reason") == Reasons.CandidateRefused, "two refused pilots");
        refusal.Dispose();

        _world.Run(TimeSpan.FromMinutes(2));

        Assert.Contains("sync:better", Images);
        Assert.DoesNotContain(Reasons.RolledBack, _world.EventReasons);
        Assert.Equal(0, _world.MissedStoreSyncs);
    }

    /// <summary>The policy comes when the candidate runs on every store already.</summary>
    [Fact]
    public void A_candidate_that_is_refused_later_costs_no_store_a_sync_and_ends_as_well()
    {
        using var none = _world.Admission.Refuse(_ => null);
        Ship(none);
        _world.Run(TimeSpan.FromMinutes(40), until: () => Rollout.Text("status", "attempt", "cohortOf") == "5/5");
        Given.That(Rollout.Text("status", "attempt", "cohortOf") == "5/5", "a cohort of all stores");

        using var refusal = Refuse("sync:better");
        _world.Run(TimeSpan.FromMinutes(6));

        Assert.Equal(0, _world.MissedStoreSyncs);
        Assert.Equal("RolledBack", Rollout.Text("status", "phase"));
        Assert.Equal(Reasons.AdmissionDenied, Rollout.Text("status", "attempt", "reason"));
    }

    private bool IsOfPilot(string pod)
    {
        var record = _world.Record;
        return record
            .Plan("orders")
            .Occasions.SelectMany(o => o.Entries.Where(e => e.IsPilot).Select(e => (o.Id, e.Index)))
            .Any(e => PodNames.Of("c", record.Id, "orders", e.Id, e.Index) == pod);
    }

    private JsonElement Rollout => _world.Find(Kinds.Rollouts, "r").Json;

    private string Images => string.Join(' ', _world.Pods.Select(p => p.Json.ToString()));

    private IDisposable Refuse(string image) =>
        _world.Admission.Refuse(r =>
            r.Before is null
            && r.Type == CoreTypes.Pods
            && r.After.GetRawText().Contains(image, StringComparison.Ordinal)
                ? Denied
                : null
        );

    /// <summary>New content, after the rule that meets it.</summary>
    private void Ship(IDisposable rule)
    {
        Assert.NotNull(rule);
        _world.Edit(c => c["spec"]!["sync"]!["image"] = "registry.example.com/sync:better"); // the spec has both
    }
}
