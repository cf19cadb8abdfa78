using Operator.Planning.Facts;

namespace Operator.Tests;

/// <summary>"The annotation may hold any text; it only adds a hint."</summary>
public sealed class LastAppliedTests : IDisposable
{
    private readonly OneShop _world = new();

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("""{"\ud83d":1}""")]
    [InlineData("""{"spec":{"\udc00":1}}""")]
    [InlineData("""{"spec":{"flows":[{"shedule":"\ud83d"}]}}""")]
    [InlineData("""{"spec":{"flows":"\ud83d"}}""")]
    [InlineData("""{"spec":{"suspend":"\ud83d"}}""")]
    public void An_annotation_with_half_a_surrogate_pair_stops_nothing(string applied)
    {
        var connector = OneShop.Connector();
        connector["metadata"]!["annotations"] = new System.Text.Json.Nodes.JsonObject
        {
            ["kubectl.kubernetes.io/last-applied-configuration"] = applied,
        };
        _world.Create(connector);
        _world.Process.Start();

        _world.RunFor(3 * OneShop.Minute);

        Assert.NotEmpty(_world.Made);
        Assert.StartsWith(Reasons.Syncing, _world.Ready(Kinds.Connectors, OneShop.Shop), StringComparison.Ordinal);
    }
}
