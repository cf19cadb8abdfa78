using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>A person edits a running sync pod, and the whole program sees it through the API server.</summary>
public sealed class EditedPodTests
{
    private const string EveryFiveMinutes = """{"name":"orders","schedule":"*/5 * * * *","startingDeadline":"2m"}""";
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("{}")]
    [InlineData("no json")]
    [InlineData(null)]
    public void A_pod_whose_fingerprint_was_edited_is_deleted_and_gets_no_twin(string? edited)
    {
        using var world = RunningWorld();
        world.Edit(CoreTypes.Pods, world.Made[0].Name, pod => Set(pod, "annotations", PodMarks.Fingerprint, edited));

        world.Run(TimeSpan.FromMinutes(3));

        Assert.Single(world.Made);
        Assert.Empty(world.Pods);
        Assert.Equal(Reasons.FingerprintEdited, world.Ready.GetProperty("reason").GetString());
        Assert.Equal(3, world.MissedStoreSyncs);
    }

    [Fact]
    public void A_pod_that_loses_the_label_by_which_it_is_watched_gets_no_twin_and_is_folded_when_it_is_looked_for()
    {
        using var world = RunningWorld();
        world.Edit(CoreTypes.Pods, world.Made[0].Name, pod => Set(pod, "labels", PodMarks.Connector, value: null));

        world.RunTo(Noon.AddMinutes(9));
        Assert.Single(world.Made);
        world.RunTo(Noon.AddMinutes(11));

        Assert.Equal(2, world.Made.Count);
        Assert.Equal(0, world.MissedStoreSyncs);
    }

    /// <summary>One run of three stores has been under way for twenty seconds; it takes a minute.</summary>
    private static OneConnector RunningWorld()
    {
        var world = new OneConnector(Noon, stores: 3, _ => TimeSpan.FromMinutes(1), EveryFiveMinutes);
        world.RunTo(Noon.AddMinutes(5).AddSeconds(20));
        Assert.Single(world.Made);
        return world;
    }

    private static void Set(JsonObject pod, string field, string key, string? value)
    {
        var entries = pod["metadata"]![field]!.AsObject(); // every sync pod has both
        entries.Remove(key);
        if (value is not null)
        {
            entries[key] = value;
        }
    }
}
