using System.Text.Json.Nodes;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Tests.KnownFaults;

namespace Operator.Tests;

/// <summary>Pods that somebody copied and edited: their annotations may say anything.</summary>
public sealed class OddPodStories
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Prints =>
        [
            "null",
            "[]",
            "{}",
            """{"stores":null}""",
            """{"stores":[null]}""",
            """{"record":null,"flow":null,"occasion":null,"revision":null}""",
            """{"index":-1}""",
            """{"index":1e99}""",
            """{"record":"\ud83d","stores":["\udc00"]}""",
            """{"flow":"orders","occasion":"s99999999999999999999","stores":["s01"]}""",
            """{"Flow":"orders","flow":"orders","stores":["s01","s01"]}""",
            "\u0000",
        ];

    [Theory]
    [MemberData(nameof(Prints))]
    public void A_pod_with_an_odd_fingerprint_stops_no_run(string print)
    {
        using var world = new OneConnector(
            Noon.AddSeconds(1),
            3,
            _ => TimeSpan.FromSeconds(5),
            """
            {"name":"orders","schedule":"* * * * *","startingDeadline":"40s","timeout":"10s","startTimeout":"10s","maxStoresPerRun":1}
            """
        );
        world.RunTo(Noon.AddMinutes(3));
        var odd = JsonNode.Parse(world.Pods.First().Json.GetRawText())!.AsObject(); // it is an object
        var metadata = odd["metadata"]!.AsObject(); // every object has it
        foreach (var field in (string[])["uid", "resourceVersion", "creationTimestamp", "generation"])
        {
            metadata.Remove(field);
        }
        odd.Remove("status");
        metadata["name"] = "odd";
        metadata["annotations"]![PodMarks.Fingerprint] = print; // our pods have annotations
        metadata["annotations"]![PodMarks.Counter] = "99999999999999999999999";
        world.Create(CoreTypes.Pods, odd.ToJsonString());
        world.Made.Clear();

        world.Run(TimeSpan.FromMinutes(10));

        Assert.InRange(world.Made.Count, 26, 33);
        Assert.Equal(0, world.MissedStoreSyncs);
        Assert.DoesNotContain("RecordLost", world.EventReasons);
    }

    /// <summary>By hand, or by a tool that copies labels and annotations. The run goes on, and nobody else waits for its end.</summary>
    [Theory]
    [InlineData("other", 3)]
    [InlineData("other", 30)]
    [InlineData("", 3)]
    [InlineData("", 30)]
    public void A_pod_whose_connector_name_is_edited_stays_with_its_connector(string name, int secondsAfterDue)
    {
        using var world = new OneConnector(
            Noon.AddSeconds(1),
            3,
            _ => TimeSpan.FromSeconds(20),
            """
            {"name":"orders","schedule":"* * * * *","startingDeadline":"40s","timeout":"30s","startTimeout":"10s","maxStoresPerRun":1}
            """
        );
        world.RunTo(Noon.AddMinutes(3).AddSeconds(secondsAfterDue));
        var edited = world.Made.TakeLast(3).Select(m => m.Name).ToList();
        foreach (var pod in edited)
        {
            world.Edit(CoreTypes.Pods, pod, p => p["metadata"]!["annotations"]![PodMarks.ConnectorName] = name); // our pods have them
        }
        world.Made.Clear();

        world.Run(TimeSpan.FromMinutes(10));

        Assert.Equal(30, world.Made.Count);
        Assert.Equal(0, world.MissedStoreSyncs);
        Assert.DoesNotContain(world.Pods, p => edited.Contains(p.Name));
        Assert.InRange(world.PodsKept, 0, 8);
    }
}
