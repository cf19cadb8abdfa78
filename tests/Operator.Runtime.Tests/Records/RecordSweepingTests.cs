using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Operator.Testing;

namespace Operator.Runtime.Tests.Records;

/// <summary>What can't be deleted stops nothing else, and is tried less and less often.</summary>
public sealed class RecordSweepingTests : IDisposable
{
    private static readonly ObjectKey Gone = new("shop", "gone");
    private readonly RecordWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_part_that_can_not_be_deleted_stops_no_retirement(bool isRefused)
    {
        var writer = _world.NewWriter(RecordWorld.Options with { KeptWithoutSubject = TimeSpan.FromHours(2) });
        using var stop = new CancellationTokenSource();
        _world.Time.Run(async () =>
        {
            CreateSubject();
            await writer.CommitAsync("a=1");
            var orphan = _world.Parts[0].Key;
            await writer.CommitAsync("a=2"); // part a=1 is an orphan now
            await writer.Store.CommitAsync(
                Gone,
                new CommitBasis.Fresh("gone", _world.Time.GetUtcNow()),
                RecordWorld.Changes("a=1"),
                RecordWorld.Stop
            );
            writer.Client.Faults.Add(r =>
                isRefused && r.Verb == KubeVerb.Delete && r.Key == orphan
                    ? Fault.Before(new KubeApiException(HttpStatusCode.Forbidden, "Forbidden", "a policy protects it"))
                    : null
            );
            var sweeping = new RecordSweeping(
                writer.Store,
                CoreTypes.Leases,
                _world.Time,
                NullLogger.Instance
            ).RunAsync(ns: null, stop.Token);
            await Task.Delay(TimeSpan.FromHours(8), _world.Time, CancellationToken.None);
            stop.Cancel();
            await sweeping;
        });

        Assert.DoesNotContain(
            _world.Cluster.All(ResourceKinds.Records.Type),
            c => c.Json.GetProperty("data").GetProperty("subject").GetString() == Gone.Name
        );
    }

    [Fact]
    public void A_part_that_can_never_be_deleted_is_tried_about_once_an_hour()
    {
        var writer = _world.NewWriter();
        using var stop = new CancellationTokenSource();
        writer.Client.Faults.Add(r => r.Verb == KubeVerb.Delete ? Fault.Before(KubeErrors.Forbidden()) : null);
        _world.Time.Run(async () =>
        {
            CreateSubject();
            await writer.CommitAsync("a=1");
            await writer.CommitAsync("a=2");
            var sweeping = new RecordSweeping(
                writer.Store,
                CoreTypes.Leases,
                _world.Time,
                NullLogger.Instance
            ).RunAsync(ns: null, stop.Token);
            await Task.Delay(TimeSpan.FromHours(24), _world.Time, CancellationToken.None);
            stop.Cancel();
            await sweeping;
        });

        Assert.InRange(_world.Cluster.Journal.Entries.Count(e => e.Request.Verb == KubeVerb.Delete), 20, 30);
    }

    [Theory]
    [InlineData("timeout")]
    [InlineData("reset")]
    [InlineData("unavailable")]
    public async Task A_deletion_without_an_answer_keeps_no_other(string failure)
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1 b=1 c=1");
        await writer.CommitAsync("a=2 b=2 c=2");
        _world.Time.Advance(TimeSpan.FromHours(2));
        writer.Client.Faults.Next(Fault.Before(Failure(failure)), r => r.Verb == KubeVerb.Delete);

        await Assert.ThrowsAnyAsync<Exception>(() => writer.Store.SweepAsync(ns: null, RecordWorld.Stop));

        Assert.Equal(4, _world.Parts.Count);
    }

    [Fact]
    public async Task While_the_server_is_away_not_every_deletion_is_tried()
    {
        var writer = _world.NewWriter();
        await writer.CommitAsync("a=1 b=1 c=1 d=1 e=1 f=1");
        await writer.CommitAsync("a=2 b=2 c=2 d=2 e=2 f=2");
        _world.Time.Advance(TimeSpan.FromHours(2));
        var tried = 0;
        writer.Client.Faults.Add(r =>
        {
            var isDelete = r.Verb == KubeVerb.Delete;
            tried += isDelete ? 1 : 0;
            return isDelete ? Fault.Before(KubeErrors.Timeout()) : null;
        });

        await Assert.ThrowsAsync<TimeoutException>(() => writer.Store.SweepAsync(ns: null, RecordWorld.Stop));

        Assert.Equal(3, tried);
    }

    private void CreateSubject() =>
        _world.Cluster.Create(
            CoreTypes.Leases,
            RecordWorld.Subject.Namespace,
            JsonNode
                .Parse(
                    """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"subject","namespace":"shop"}}"""
                )!
                .AsObject() // it is an object
        );

    private static Exception Failure(string failure) =>
        failure switch
        {
            "timeout" => KubeErrors.Timeout(),
            "reset" => KubeErrors.ConnectionReset(),
            _ => KubeErrors.Unavailable(),
        };
}
