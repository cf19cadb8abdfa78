using System.Net;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests;

/// <summary>The API server refuses the record: what the committed one asks for goes on, and nobody asks in a tight loop.</summary>
public sealed class RefusedRecordTests : IDisposable
{
    private OneShop _world = new();

    public void Dispose() => _world.Dispose();

    /// <summary>What the committed record already asks for goes on, as it does when the record is too large.</summary>
    [Theory]
    [InlineData(403)]
    [InlineData(422)]
    public void Pods_that_the_record_gave_up_are_deleted_while_the_record_is_refused(int code)
    {
        _world.Dispose();
        _world = new OneShop(_ => new PodScript
        {
            StartsAfter = TimeSpan.FromSeconds(1),
            RunsFor = TimeSpan.FromHours(5),
        });
        var connector = OneShop.Connector();
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
        _world.RunFor(8 * OneShop.Minute); // 12:20 is due and can't be committed
        deletes = false;
        _world.RunFor(5 * OneShop.Minute);

        Assert.StartsWith(
            Reasons.RecordRefused,
            _world.Ready(Kinds.Connectors, OneShop.Shop),
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
        _world.Create(OneShop.Connector());
        _world.Process.Start();
        _world.RunFor(3 * OneShop.Minute);
        _world.Process.Client.Faults.Add(r =>
            r.Type == Kinds.Records && r.IsWrite
                ? Fault.Before(new KubeApiException(HttpStatusCode.Forbidden, "Forbidden", "exceeded quota"))
                : null
        );
        var mark = _world.Cluster.Journal.Count;

        _world.RunFor(10 * OneShop.Minute);

        var tries = _world.Cluster.Journal.Since(mark).Count(e => e.Request.Type == Kinds.Records && e.Request.IsWrite);
        Assert.InRange(tries, 10, 150);
    }

    private static bool IsRunning(KubeObject pod) =>
        pod.Json.TryGetProperty("status", out var status)
        && status.TryGetProperty("phase", out var phase)
        && phase.GetString() == "Running";
}
