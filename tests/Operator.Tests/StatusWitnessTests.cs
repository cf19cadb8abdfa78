using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>The status is a witness of the record: with pods gone, only it shows that a head was put back to an older one.</summary>
public sealed class StatusWitnessTests : IDisposable
{
    private readonly OneShop _world = new();

    public void Dispose() => _world.Dispose();

    /// <summary>The counter is one of the numbers, which wait for ten seconds, so that a slot costs few writes.</summary>
    private static readonly TimeSpan Lag = TimeSpan.FromSeconds(11);

    [Fact]
    public void The_status_soon_has_the_counter_of_each_commit()
    {
        _world.Create(OneShop.Connector());
        _world.Process.Start();
        _world.RunFor(OneShop.Minute);

        for (var i = 0; i < 80; i++)
        {
            var committed = HeadCounter;

            _world.RunFor(Lag);

            Assert.InRange(StatusCounter, committed, HeadCounter);
        }
        Assert.True(HeadCounter > 15);
    }

    /// <summary>The runs of a minute have ended after six seconds, so no later commit of the minute tells the counter.</summary>
    [Fact]
    public void What_a_process_did_not_tell_before_its_end_the_next_one_tells()
    {
        _world.Create(OneShop.Connector());
        _world.Process.Start();
        _world.RunFor((2 * OneShop.Minute) + TimeSpan.FromSeconds(8));
        var committed = HeadCounter;
        Assert.True(StatusCounter < committed);

        _world.Process.Kill();
        using var next = new OperatorProcess(
            _world.Cluster,
            _world.Time,
            OperatorProcess.Options("operator-2"),
            seed: 2
        );
        next.Start();
        // The lease of the killed process runs out after 15 s.
        var end = _world.Time.Elapsed + TimeSpan.FromSeconds(20) + Lag;
        do
        {
            while (next.Drain()) { }
        } while (_world.Time.FireNext(end));

        Assert.Equal(committed, HeadCounter);
        Assert.Equal(committed, StatusCounter);
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
