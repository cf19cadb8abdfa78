using Operator.Testing;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>A connector with one wrong part, in the whole program.</summary>
public sealed class WrongPartStories : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 50, TimeSpan.Zero);
    private readonly OneConnector _world = new(
        Start,
        2,
        _ => TimeSpan.FromSeconds(5),
        """{"name":"orders","schedule":"*/5 * * * *"}""",
        """{"name":"report","schedule":"0 0 28 2 *"}"""
    );

    public WrongPartStories()
    {
        _world.Run(TimeSpan.FromMinutes(30));
        Given.That(_world.Made.Count == 6, "a run every five minutes");
        _world.Made.Clear();
    }

    [Fact]
    public void A_flow_with_an_impossible_schedule_leaves_the_others_alone()
    {
        _world.Edit(c => c["spec"]!["flows"]![1]!["schedule"] = "0 0 30 2 *"); // the spec has two flows
        _world.Run(TimeSpan.FromMinutes(60));

        Assert.Equal(12, _world.Made.Count);
        Assert.Equal("False", _world.ReadyStatus);
        Assert.StartsWith(
            "flow 'report' stands still, and the rest goes on",
            _world.Ready.GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
        Assert.Single(_world.EventTexts, e => e.StartsWith("InvalidSpec", StringComparison.Ordinal));
    }

    [Fact]
    public void It_goes_on_once_the_schedule_is_right()
    {
        _world.Edit(c => c["spec"]!["flows"]![1]!["schedule"] = "0 0 30 2 *"); // the spec has two flows
        _world.Run(TimeSpan.FromMinutes(10));

        _world.Edit(c => c["spec"]!["flows"]![1]!["schedule"] = "*/5 * * * *"); // see above
        _world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal(2 + 4, _world.Made.Count);
        Assert.Equal("True", _world.ReadyStatus);
    }

    [Fact]
    public void A_wrong_store_misses_its_syncs_and_the_other_one_is_synced()
    {
        _world.Edit(c => c["spec"]!["stores"]![1]!["sites"] = new System.Text.Json.Nodes.JsonArray("no site!")); // two stores
        _world.Run(TimeSpan.FromMinutes(30));

        Assert.Equal(6, _world.Made.Count);
        Assert.Equal(6, _world.MissedStoreSyncs);
        Assert.DoesNotContain("s02", _world.NewestPod.Split("run.json")[0], StringComparison.Ordinal);
    }

    /// <summary>Names that are wrong are not asked for.</summary>
    [Fact]
    public void A_wrong_image_stops_no_run_of_the_image_that_is_stable()
    {
        _world.Edit(c => c["spec"]!["sync"]!["image"] = "no image!");
        _world.Run(TimeSpan.FromMinutes(30));

        Assert.Equal(6, _world.Made.Count);
        Assert.Equal("False", _world.ReadyStatus);
    }

    public void Dispose() => _world.Dispose();
}
