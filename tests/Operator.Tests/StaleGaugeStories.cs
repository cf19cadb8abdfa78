using System.Text;
using System.Text.Json.Nodes;
using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.KnownFaults;
using Operator.Tests.Simulation;

namespace Operator.Tests.FreshEyes;

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
        connector["spec"]!["stores"] = JsonNode.Parse("""[{"name":"s01"},{"name":"s02"}]""");
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
