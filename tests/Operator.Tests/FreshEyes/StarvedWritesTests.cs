using System.Net;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.FreshEyes;

/// <summary>Writes that fail slowly, or that are refused, keep other writes from being made.</summary>
public sealed class StarvedWritesTests : IDisposable
{
    private FreshWorld _world = new();

    public void Dispose() => _world.Dispose();

    /// <summary>A webhook that hangs for pods' creation: 400 creates get no answer. Deletions would be answered at once.</summary>
    [Fact]
    public void Pods_past_their_timeout_are_deleted_while_creates_get_no_answer()
    {
        var hang = false;
        _world.Dispose();
        _world = new FreshWorld(_ => new PodScript
        {
            StartsAfter = TimeSpan.FromSeconds(1),
            RunsFor = hang ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(5),
            Message = WorkerReport.Of([WorkerReport.Store(10)]),
        });
        _world.Process.Client.CallTimeout = TimeSpan.FromSeconds(5);
        var connector = FreshWorld.Connector();
        connector["spec"]!["stores"] = FreshWorld.Json(
            $$"""{"s":[{{string.Join(',', Enumerable.Range(1, 250).Select(i => $$"""{"name":"s{{i:000}}"}"""))}}]}"""
        )["s"]!.DeepClone();
        connector["spec"]!["flows"] = FreshWorld.Json(
            """
            {"f":[
             {"name":"orders","schedule":"*/30 * * * *","startingDeadline":"10m","startTimeout":"30s","timeout":"2m","maxStoresPerRun":1,"maxConcurrentRuns":250},
             {"name":"prices","schedule":"1-59/30 * * * *","startingDeadline":"10m","startTimeout":"30s","timeout":"2m","maxStoresPerRun":1,"maxConcurrentRuns":250}]}
            """
        )["f"]!.DeepClone();
        _world.Create(connector);
        _world.Process.Start();
        _world.RunFor(TimeSpan.FromSeconds(30 * 60 - 5));
        hang = true;
        _world.RunFor(TimeSpan.FromSeconds(45)); // orders: 250 pods hang
        var hanging = _world.Cluster.All(CoreTypes.Pods).Where(IsRunning).Select(p => p.Name).ToList();
        Assert.True(hanging.Count > 200, $"{hanging.Count} pods");
        _world.Process.Client.Faults.Add(r =>
            r.Type == CoreTypes.Pods && r.Verb == KubeVerb.Create ? Fault.Lost : null
        );

        _world.RunFor(5 * FreshWorld.Minute); // prices can't be created; orders run out of time after 2 minutes

        var left = hanging.Count(n =>
            _world.Cluster.Find(CoreTypes.Pods, new ObjectKey("shop", n)) is { DeletionTimestamp: null }
        );
        Assert.True(left == 0, $"{left} of {hanging.Count} pods run two minutes after their timeout");
    }

    /// <summary>What the committed record already asks for goes on, as it does when the record is too large.</summary>
    [Theory]
    [InlineData(403)]
    [InlineData(422)]
    public void Pods_that_the_record_gave_up_are_deleted_while_the_record_is_refused(int code)
    {
        _world.Dispose();
        _world = new FreshWorld(_ => new PodScript
        {
            StartsAfter = TimeSpan.FromSeconds(1),
            RunsFor = TimeSpan.FromHours(5),
        });
        var connector = FreshWorld.Connector();
        connector["spec"]!["flows"]![0]!["timeout"] = "90s";
        connector["spec"]!["flows"]![0]!["schedule"] = "*/10 * * * *";
        _world.Create(connector);
        _world.Process.Start();
        var (deletes, commits) = (true, false);
        _world.Process.Client.Faults.Add(r =>
            deletes && r.Type == CoreTypes.Pods && r.Verb == KubeVerb.Delete
                ? Fault.Before(KubeErrors.InternalError())
                : null
        );
        _world.Process.Client.Faults.Add(r =>
            commits && r.Type == Kinds.Records && r.IsWrite
                ? Fault.Before(
                    new KubeApiException((HttpStatusCode)code, ((HttpStatusCode)code).ToString(), "exceeded quota")
                )
                : null
        );
        _world.RunFor(TimeSpan.FromSeconds(12 * 60 + 20)); // the run of 12:10 has its Stop in the record by 12:11:35
        var stuck = _world.Cluster.All(CoreTypes.Pods).Where(IsRunning).Select(p => p.Name).ToList();
        Assert.NotEmpty(stuck);

        commits = true;
        _world.RunFor(8 * FreshWorld.Minute); // 12:20 is due and can't be committed
        deletes = false;
        _world.RunFor(5 * FreshWorld.Minute);

        Assert.StartsWith(
            Reasons.RecordRefused,
            _world.Ready(Kinds.Connectors, FreshWorld.Shop),
            StringComparison.Ordinal
        );
        Assert.DoesNotContain(
            _world.Cluster.All(CoreTypes.Pods),
            p => stuck.Contains(p.Name) && p.DeletionTimestamp is null
        );
    }

    /// <summary>A refusal is retried with backoff, at most every few seconds, not in a tight loop.</summary>
    [Fact]
    public void A_refused_record_is_tried_with_backoff()
    {
        _world.Create(FreshWorld.Connector());
        _world.Process.Start();
        _world.RunFor(3 * FreshWorld.Minute);
        _world.Process.Client.Faults.Add(r =>
            r.Type == Kinds.Records && r.IsWrite
                ? Fault.Before(new KubeApiException(HttpStatusCode.Forbidden, "Forbidden", "exceeded quota"))
                : null
        );
        var mark = _world.Cluster.Journal.Count;

        _world.RunFor(10 * FreshWorld.Minute);

        var tries = _world.Cluster.Journal.Since(mark).Count(e => e.Request.Type == Kinds.Records && e.Request.IsWrite);
        Assert.InRange(tries, 10, 150);
    }

    private static bool IsRunning(KubeObject pod) =>
        pod.Json.TryGetProperty("status", out var status)
        && status.TryGetProperty("phase", out var phase)
        && phase.GetString() == "Running";
}
