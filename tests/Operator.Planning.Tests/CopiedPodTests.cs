using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests;

/// <summary>A person copies a pod under another name, with its labels and annotations.</summary>
public sealed class CopiedPodTests
{
    private const string CopyName = "debug-of-it";

    [Fact]
    public void A_copy_of_a_pod_is_not_taken_for_the_pod()
    {
        var print = new Fingerprint
        {
            Record = "r",
            Flow = "orders",
            Occasion = "s1",
            Index = 0,
            Revision = "x",
            Stores = ["a"],
        };
        var entry = new Entry { Revision = "x", Stores = ["a"] };
        var occasion = new Occasion { Id = "s1", Entries = [entry] };
        var record = new ConnectorRecord { Id = "r" }.With("orders", new FlowPlan { Occasions = [occasion] });
        var real = new ObservedPod
        {
            Name = PodNames.Of("amazon-eu", "r", "orders", "s1", 0),
            Uid = "1",
            Fingerprint = print,
        };
        var copy = real with { Name = CopyName, Uid = "2" };

        foreach (
            var pods in (ImmutableArray<ImmutableArray<ObservedPod>>)
                [
                    [real, copy],
                    [copy, real],
                ]
        )
        {
            var index = PodIndex.Of(new ObjectMeta { Name = "amazon-eu" }, record, pods);
            Assert.Equal("1", index.Find("orders", occasion, entry)?.Uid);
            Assert.Equal(copy, Assert.Single(index.Strays));
            Assert.False(index.IsTaken(real.Name));
        }
    }

    [Fact]
    public void The_stores_of_a_copy_wait_until_the_copy_has_ended()
    {
        var (seen, copy) = NextSlotWithACopy();
        var running = copy with { Phase = PodPhase.Running, Container = new ContainerSight.Running(seen.Now) };

        var stores = Created(Planner.Plan(seen with { Pods = seen.Pods.Add(running) }));

        Assert.Equal(30, stores.Count);
        Assert.DoesNotContain(stores, copy.Fingerprint!.Stores.Contains); // a copy of a pod that has one
    }

    [Fact]
    public void A_copy_that_has_ended_holds_nobody_and_is_removed()
    {
        var (seen, copy) = NextSlotWithACopy();

        var plan = Planner.Plan(seen with { Pods = seen.Pods.Add(copy) });

        Assert.Equal(40, Created(plan).Count);
        Assert.Contains(plan.Changes.OfType<Change.DeletePod>(), d => d.Name == CopyName);
    }

    /// <summary>The next due time, and an ended copy of a pod of the due time before.</summary>
    private static (Observation Seen, ObservedPod Copy) NextSlotWithACopy()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(30), w => w.Runs.Count >= 4);
        world.Run(TimeSpan.FromSeconds(9));
        world.Now += TimeSpan.FromSeconds(1);
        var seen = world.Observe();
        var original = seen.Pods.Where(p => p.Container is ContainerSight.Terminated).MaxBy(p => p.CreatedAt);
        Given.That(original is { Fingerprint.Stores.Length: 10 }, "a pod of ten stores that has ended");
        Given.That(Created(Planner.Plan(seen)).Count == 40, "a due time of 40 stores");
        return (seen, original! with { Name = CopyName, Uid = "copy" }); // given above
    }

    private static List<string> Created(Plan plan) =>
        [
            .. plan
                .Changes.OfType<Change.CreatePod>()
                .Select(c => c.Pod.Annotations[PodMarks.Fingerprint])
                .Select(json => JsonSerializer.Deserialize(json, RunJson.Default.Fingerprint)!) // every pod has one
                .SelectMany(print => print.Stores),
        ];
}
