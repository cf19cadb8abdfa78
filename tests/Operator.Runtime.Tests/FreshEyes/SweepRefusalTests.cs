using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Operator.Runtime.Tests.Records;
using Operator.Testing;

namespace Operator.Runtime.Tests.FreshEyes;

/// <summary>One part that can't be deleted keeps every other record from being retired, and is tried each minute for ever.</summary>
public sealed class SweepRefusalTests : IDisposable
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
            _world.Cluster.Create(
                CoreTypes.Leases,
                RecordWorld.Subject.Namespace,
                System.Text.Json.Nodes.JsonNode
                    .Parse(
                        """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"subject","namespace":"shop"}}"""
                    )!
                    .AsObject()
            );
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
}
