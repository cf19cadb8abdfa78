using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>A gauge of an object that nobody plans any more says what was true once.</summary>
public sealed class StaleGaugeStories : IDisposable
{
    private static readonly ObjectKey Key = ServedFleet.Key;
    private readonly OneOperator _operator = new(new DateTimeOffset(2026, 11, 24, 12, 0, 5, TimeSpan.Zero));

    public StaleGaugeStories()
    {
        var connector = new FleetObjects(new Random(1)).Connector();
        connector["metadata"]!["finalizers"] = new JsonArray("example.com/backup"); // it has metadata
        connector["spec"]!["sync"]!["image"] = FleetObjects.Image("good");
        connector["spec"]!["stores"] = Stores();
        connector["spec"]!.AsObject().Remove("storesFrom");
        Cluster.Create(Kinds.Connectors, FleetObjects.Namespace, connector);
        _operator.Start();
        _operator.RunFor(TimeSpan.FromSeconds(60));
    }

    private FakeCluster Cluster => _operator.Cluster;

    public void Dispose() => _operator.Dispose();

    [Fact]
    public async Task A_connector_that_can_not_be_read_any_more_has_no_gauges()
    {
        Given.That((await GaugesAsync()).Count > 0, "gauges of a connector that is served");

        Cluster.Edit(Kinds.Connectors, Key, c => c["spec"]!["stores"] = "no list"); // it has both
        _operator.RunFor(TimeSpan.FromMinutes(2));

        Assert.Empty(await GaugesAsync());
    }

    [Fact]
    public async Task A_connector_that_only_a_finalizer_keeps_has_no_gauges()
    {
        Given.That((await GaugesAsync()).Count > 0, "gauges of a connector that is served");

        Cluster.Delete(Kinds.Connectors, Key);
        _operator.RunFor(TimeSpan.FromMinutes(2));

        Assert.NotNull(Cluster.Find(Kinds.Connectors, Key));
        Assert.Empty(await GaugesAsync());
    }

    [Fact]
    public async Task A_connector_that_is_gone_has_no_series_at_all()
    {
        Cluster.Edit(Kinds.Connectors, Key, c => c["metadata"]!.AsObject().Remove("finalizers")); // it has metadata
        Cluster.Delete(Kinds.Connectors, Key);
        _operator.RunFor(TimeSpan.FromMinutes(2));

        Assert.Empty(await LinesAsync($"connector=\"{Key.Name}\""));
    }

    [Fact]
    public async Task No_store_is_said_to_be_fresh_an_hour_after_its_connector_could_last_be_read()
    {
        Given.That((await LinesAsync("marketplace_stale_stores{")).Count > 0, "gauges of a connector that is served");

        Cluster.Edit(Kinds.Connectors, Key, c => c["spec"]!["stores"] = "no list"); // it has both
        _operator.RunFor(TimeSpan.FromHours(1));

        Assert.StartsWith(Reasons.Undecodable, _operator.Ready(Kinds.Connectors, Key), StringComparison.Ordinal);
        Assert.Empty(await LinesAsync("marketplace_stale_stores{"));
        Assert.Empty(await GaugesAsync());
    }

    [Fact]
    public async Task A_connector_with_a_wrong_spec_still_says_when_its_flows_last_succeeded()
    {
        var before = await LinesAsync("marketplace_flow_last_success_timestamp_seconds{");
        Given.That(before.Count > 0, "flows that succeeded");

        Cluster.Edit(Kinds.Connectors, Key, c => c["spec"]!["flows"]![0]!["schedule"] = "61 * * * *"); // it has all three
        _operator.RunFor(TimeSpan.FromMinutes(2));

        Given.That(
            _operator.Ready(Kinds.Connectors, Key).StartsWith(Reasons.InvalidSpec, StringComparison.Ordinal),
            "a wrong spec"
        );
        Assert.Equal(before.Count, (await LinesAsync("marketplace_flow_last_success_timestamp_seconds{")).Count);
    }

    [Fact]
    public async Task Gauges_come_back_and_counters_stay()
    {
        var (gauges, runs) = (await GaugesAsync(), await LinesAsync("marketplace_runs_total{"));
        Cluster.Edit(Kinds.Connectors, Key, c => c["spec"]!["stores"] = "no list"); // it has both
        _operator.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(runs.Count, (await LinesAsync("marketplace_runs_total{")).Count);

        Cluster.Edit(Kinds.Connectors, Key, c => c["spec"]!["stores"] = Stores()); // see above
        _operator.RunFor(TimeSpan.FromMinutes(2));

        Assert.Equal(gauges.Order(StringComparer.Ordinal), (await GaugesAsync()).Order(StringComparer.Ordinal));
    }

    /// <summary>A deadline of the marketplace comes nearer, whether the operator plans or not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_sunset_of_an_api_stays_while_nothing_is_planned(bool isRefused)
    {
        Cluster.Edit(
            Kinds.Connectors,
            Key,
            c =>
            {
                c["spec"]!["marketplace"] = "Amazon"; // it has a spec
                c["spec"]!["flows"] = JsonNode.Parse(
                    """[{"name":"orders","schedule":"*/10 * * * *","uses":[{"api":"ordersV0.getOrders","callsPerStore":1}]}]"""
                );
            }
        );
        _operator.RunFor(TimeSpan.FromMinutes(3));
        Given.That((await SunsetsAsync()).Count > 0, "an api that will be removed");

        using var rule = _operator.Faults.Add(r =>
            isRefused && r.Type == Kinds.Records && r.IsWrite
                ? Fault.Before(new KubeApiException(HttpStatusCode.Forbidden, "Forbidden", "exceeded quota"))
                : null
        );
        if (!isRefused)
        {
            Cluster.Edit(Kinds.Connectors, Key, c => c["spec"]!["flows"]![0]!["schedule"] = "never"); // see above
        }
        _operator.RunFor(TimeSpan.FromMinutes(20));

        var reason = isRefused ? Reasons.RecordRefused : Reasons.InvalidSpec;
        Assert.StartsWith(reason, _operator.Ready(Kinds.Connectors, Key), StringComparison.Ordinal);
        Assert.NotEmpty(await SunsetsAsync());
    }

    private static JsonNode Stores() => JsonNode.Parse("""[{"name":"s01"},{"name":"s02"}]""")!; // it is an array

    private Task<IReadOnlyList<string>> SunsetsAsync() => LinesAsync("marketplace_api_sunset_timestamp_seconds{");

    private Task<IReadOnlyList<string>> GaugesAsync() => LinesAsync("marketplace_connector_stores{");

    private async Task<IReadOnlyList<string>> LinesAsync(string part)
    {
        using var stream = new MemoryStream();
        await _operator.Registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        return
        [
            .. Encoding
                .UTF8.GetString(stream.ToArray())
                .Split('\n')
                .Where(l => !l.StartsWith('#') && l.Contains(part, StringComparison.Ordinal)),
        ];
    }
}
