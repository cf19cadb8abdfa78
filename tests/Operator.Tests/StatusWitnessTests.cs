namespace Operator.Tests;

/// <summary>The status is a witness of the record: with pods gone, only it shows that a head was put back to an older one.</summary>
public sealed class StatusWitnessTests : IDisposable
{
    private readonly OneShop _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public void The_status_has_the_counter_of_the_last_commit()
    {
        _world.Create(OneShop.Connector());
        _world.Process.Start();

        for (var minute = 0; minute < 15; minute++)
        {
            _world.RunFor(OneShop.Minute);

            Assert.Equal(HeadCounter, StatusCounter);
        }
        Assert.True(HeadCounter > 15);
    }

    private long HeadCounter =>
        _world
            .Cluster.All(Kinds.Records)
            .Where(r => r.Json.GetProperty("data").TryGetProperty("head", out _))
            .Select(r => r.Json.GetProperty("data").GetProperty("counter").GetInt64())
            .Single();

    private long StatusCounter =>
        _world
            .Cluster.Find(Kinds.Connectors, OneShop.Shop)!
            .Json.GetProperty("status") // the test makes the connector
            .GetProperty("recordCounter")
            .GetInt64();
}
