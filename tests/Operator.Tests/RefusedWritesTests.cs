using System.Net;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>A write that fails does not stop the other writes, and a refusal is a condition with the API server's words.</summary>
public sealed class RefusedWritesTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private readonly OneConnector _world = new(
        Noon,
        20,
        _ => TimeSpan.FromSeconds(5),
        """
        {"name":"orders","schedule":"* * * * *","startingDeadline":"40s","timeout":"30s","maxStoresPerRun":1,
         "maxConcurrentRuns":100}
        """
    );

    public RefusedWritesTests() => _world.RunTo(Noon.AddMinutes(3));

    public void Dispose() => _world.Dispose();

    public static TheoryData<int> Failures => [400, 403, 404, 409, 413, 422, 500, 503, 0, -1];

    [Theory]
    [MemberData(nameof(Failures))]
    public void Pods_that_can_be_made_are_made_when_others_can_not(int failure)
    {
        using var rule = _world.Faults.Add(r => IsPod(r, KubeVerb.Create) && IsOdd(r) ? Failure(failure) : null);
        _world.Made.Clear();

        _world.RunTo(Noon.AddMinutes(13));

        // 20 stores a minute; the refused ones run again under the next index, with another name.
        Assert.InRange(_world.Made.Count, 95, 200);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void Pods_that_can_be_deleted_are_deleted_when_others_can_not(int failure)
    {
        using var rule = _world.Faults.Add(r => IsPod(r, KubeVerb.Delete) && IsOdd(r) ? Failure(failure) : null);

        _world.RunTo(Noon.AddMinutes(13).AddSeconds(50));

        var kept = _world.Pods.ToList();
        Assert.True(kept.Count > 40, $"{kept.Count} pods are left");
        Assert.InRange(kept.Count(p => !IsOdd(p.Name)), 0, 25);
        Assert.Equal(0, _world.MissedStoreSyncs);
        Assert.Equal("True", _world.ReadyStatus);
    }

    [Fact]
    public void A_refused_deletion_is_a_condition_until_it_is_over()
    {
        using (_world.Faults.Add(r => IsPod(r, KubeVerb.Delete) ? Failure(403) : null))
        {
            _world.RunTo(Noon.AddMinutes(6));
            Assert.Contains("the API server refuses to delete pod c-orders-", Condition(), StringComparison.Ordinal);
            Assert.Contains("the words of the server", Condition(), StringComparison.Ordinal);
            Assert.Equal("True", _world.ReadyStatus);
        }

        _world.Run(TimeSpan.FromSeconds(30));

        Assert.Equal("", Condition());
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_status_of_the_rollout_that_can_not_be_written_stops_nothing_else(int failure)
    {
        _world.Create(
            Kinds.Rollouts,
            """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncRollout",
             "metadata":{"name":"r","namespace":"shop"},
             "spec":{"connectorRef":{"name":"c"},"steps":[{"stores":"1"},{"stores":"100%"}]}}
            """
        );
        CreateAction("stop");
        _world.Create(
            Kinds.Actions,
            """
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncAction",
             "metadata":{"name":"go-on","namespace":"shop"},
             "spec":{"targetRef":{"kind":"MarketplaceConnector","name":"c"},"action":"Unsuspend"}}
            """
        );
        using var rule = _world.Faults.Add(r =>
            r.Verb == KubeVerb.PatchStatus && (r.Type == Kinds.Rollouts || r.Key.Name == "stop")
                ? Failure(failure)
                : null
        );

        _world.RunTo(Noon.AddMinutes(6));

        Assert.Equal("True", _world.ReadyStatus);
        Assert.Equal("Applied", StateOf("go-on"));
        Assert.Null(StateOf("stop"));
        var isRefusal = failure is 400 or 403 or 413 or 422;
        Assert.Equal(isRefusal, Condition().Length > 0);
        Assert.True(
            !isRefusal || Condition().Contains("the words of the server", StringComparison.Ordinal),
            Condition()
        );
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_status_that_could_not_be_written_for_10_minutes_is_written_within_seconds(int failure)
    {
        using (
            _world.Faults.Add(r =>
                r.Verb == KubeVerb.PatchStatus && r.Type == Kinds.Connectors ? Failure(failure) : null
            )
        )
        {
            _world.Edit(c => c["spec"]!["suspend"] = true); // it has a spec
            _world.Run(TimeSpan.FromMinutes(10));
            Assert.NotEqual(Reasons.Suspended, ReadyReason);
        }

        _world.Run(TimeSpan.FromSeconds(20));

        Assert.Equal(Reasons.Suspended, ReadyReason);
    }

    [Theory]
    [InlineData(403)]
    [InlineData(413)]
    [InlineData(422)]
    [InlineData(404)]
    [InlineData(500)] // an error that comes again
    public void A_record_that_is_refused_is_told_and_work_goes_on_soon_after(int failure)
    {
        using (_world.Faults.Add(r => IsCommit(r) ? Failure(failure) : null))
        {
            _world.Made.Clear();
            _world.Run(TimeSpan.FromMinutes(5));
            Assert.Empty(_world.Made);
            Assert.Equal(Reasons.RecordRefused, ReadyReason);
            Assert.Contains("the words of the server", _world.Ready.ToString(), StringComparison.Ordinal);
            Assert.True(_world.Status.GetProperty("recordCounter").GetInt64() > 0);
        }

        _world.Run(TimeSpan.FromSeconds(80));

        Assert.NotEmpty(_world.Made);
        Assert.Equal("True", _world.ReadyStatus);
    }

    [Fact]
    public void What_the_record_allows_is_deleted_while_the_record_is_refused()
    {
        using (_world.Faults.Add(r => IsPod(r, KubeVerb.Delete) ? Failure(403) : null))
        {
            _world.RunTo(Noon.AddMinutes(6).AddSeconds(30));
            Assert.True(_world.Pods.Count() > 60, $"{_world.Pods.Count()} pods");
        }
        using var rule = _world.Faults.Add(r => IsCommit(r) ? Failure(403) : null);

        _world.Run(TimeSpan.FromMinutes(5));

        Assert.Equal(Reasons.RecordRefused, ReadyReason);
        Assert.InRange(_world.Pods.Count(), 0, 40);
    }

    [Fact]
    public void Events_that_are_refused_stop_nothing()
    {
        using var rule = _world.Faults.Add(r => r.Type == CoreTypes.Events ? Failure(403) : null);
        _world.Made.Clear();

        CreateAction("stop");
        _world.RunTo(Noon.AddMinutes(6));

        Assert.Equal("Applied", StateOf("stop"));
        Assert.Equal(Reasons.Suspended, ReadyReason);
    }

    private string ReadyReason => _world.Ready.GetProperty("reason").GetString() ?? "";

    private void CreateAction(string name) =>
        _world.Create(
            Kinds.Actions,
            $$$"""
            {"apiVersion":"marketplace-operator.io/v1alpha1","kind":"SyncAction",
             "metadata":{"name":"{{{name}}}","namespace":"shop"},
             "spec":{"targetRef":{"kind":"MarketplaceConnector","name":"c"},"action":"Suspend"}}
            """
        );

    /// <summary>The message of the condition about refused writes; empty when there is none.</summary>
    private string Condition() =>
        _world
            .Status.GetProperty("conditions")
            .EnumerateArray()
            .Where(c => c.GetProperty("type").GetString() == Reasons.WritesRefused)
            .Select(c => c.GetProperty("message").GetString() ?? "")
            .SingleOrDefault("");

    private string? StateOf(string action)
    {
        var status = _world.Find(Kinds.Actions, action).Json.GetProperty("status");
        return status.TryGetProperty("state", out var state) ? state.GetString() : null;
    }

    private static bool IsPod(FakeRequest request, KubeVerb verb) =>
        request.Verb == verb && request.Type == CoreTypes.Pods;

    private static bool IsOdd(FakeRequest request) => IsOdd(request.Key.Name);

    private static bool IsOdd(string pod) => (pod[^1] & 1) == 1;

    /// <summary>Excludes other kinds, so that it does not depend on the kind in which the record is stored.</summary>
    private static bool IsCommit(FakeRequest request) =>
        request.IsWrite
        && request.Type != CoreTypes.Pods
        && request.Type != CoreTypes.Leases
        && request.Type != CoreTypes.Events
        && request.Type != Kinds.Connectors;

    /// <summary>A status code; 0: no answer; -1: a connection that breaks.</summary>
    private static Fault Failure(int code) =>
        code switch
        {
            0 => Fault.Lost,
            -1 => Fault.Before(KubeErrors.ConnectionReset()),
            _ => Fault.Before(
                new KubeApiException((HttpStatusCode)code, ((HttpStatusCode)code).ToString(), "the words of the server")
            ),
        };
}
