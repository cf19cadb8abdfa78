using System.Net;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.FreshEyes;

/// <summary>Series that stay or lie.</summary>
public sealed class SeriesTests : IDisposable
{
    private readonly FreshWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_connector_that_can_not_be_read_any_more_has_no_gauges_of_what_was_once_true()
    {
        _world.Create(FreshWorld.Connector());
        _world.Process.Start();
        _world.RunFor(3 * FreshWorld.Minute);
        Assert.NotEmpty(_world.Metrics("marketplace_stale_stores{"));

        _world.Cluster.Edit(Kinds.Connectors, FreshWorld.Shop, c => c["spec"]!["stores"] = "no list");
        _world.RunFor(60 * FreshWorld.Minute);

        Assert.StartsWith(Reasons.Undecodable, _world.Ready(Kinds.Connectors, FreshWorld.Shop), StringComparison.Ordinal);
        var stale = _world.Metrics("marketplace_stale_stores{");
        Assert.True(
            stale.Count == 0 || stale.All(l => l.EndsWith(" 3", StringComparison.Ordinal)),
            $"no store was synced for an hour, but: {string.Join("; ", stale)}"
        );
        Assert.Empty(_world.Metrics("marketplace_connector_stores{"));
    }

    [Fact]
    public void The_sunset_of_an_api_stays_while_the_record_is_refused()
    {
        var connector = FreshWorld.Connector();
        connector["spec"]!["marketplace"] = "Amazon";
        connector["spec"]!["flows"] = FreshWorld
            .Json("""{"f":[{"name":"orders","schedule":"*/10 * * * *","uses":[{"api":"ordersV0.getOrders","callsPerStore":1}]}]}""")["f"]!
            .DeepClone();
        _world.Create(connector);
        _world.Process.Start();
        _world.RunFor(3 * FreshWorld.Minute);
        Assert.SkipWhen(
            _world.Metrics("marketplace_api_sunset_timestamp_seconds{").Count == 0,
            _world.Ready(Kinds.Connectors, FreshWorld.Shop)
        );
        _world.Process.Client.Faults.Add(r =>
            r.Type == Kinds.Records && r.IsWrite
                ? Fault.Before(new KubeApiException(HttpStatusCode.Forbidden, "Forbidden", "exceeded quota"))
                : null
        );

        _world.RunFor(20 * FreshWorld.Minute);

        Assert.StartsWith(Reasons.RecordRefused, _world.Ready(Kinds.Connectors, FreshWorld.Shop), StringComparison.Ordinal);
        Assert.NotEmpty(_world.Metrics("marketplace_api_sunset_timestamp_seconds{"));
    }
}
