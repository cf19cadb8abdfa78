using Operator.Planning.Facts;
using Operator.Planning.Output;

namespace Operator.Planning.Tests.Runs;

/// <summary>Pods that run no entry of the record.</summary>
public sealed class StrayStories
{
    [Fact]
    public void A_stray_whose_deadline_is_long_over_holds_its_stores_no_more()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(12));
        var print = world.Runs[^1].Print with { Record = "a-former-record" };
        var slot = DateTimeOffset.FromUnixTimeSeconds((world.Now.ToUnixTimeSeconds() / 10 * 10) + 10);
        world.Run(slot - world.Now - TimeSpan.FromSeconds(1));
        world.Now = slot;
        var made = world.Now - TimeSpan.FromDays(1);
        var stray = new ObservedPod
        {
            Name = "stray",
            Uid = "stray",
            CreatedAt = made,
            Fingerprint = print,
            Phase = PodPhase.Running,
            Container = new ContainerSight.Running(made),
        };
        var seen = world.Observe();

        var plan = Planner.Plan(seen with { Pods = seen.Pods.Add(stray) });

        var created = plan
            .Changes.OfType<Change.CreatePod>()
            .SelectMany(c =>
                System
                    .Text.Json.JsonSerializer.Deserialize(c.Pod.Annotations[PodMarks.Run], RunJson.Default.RunFile)!
                    .Stores
            )
            .Select(s => s.Name)
            .ToList();
        Assert.Equal(40, created.Count);
    }

    [Theory]
    [InlineData(1, 30, false)] // by the flow's own timeouts
    [InlineData(30, 30, true)]
    [InlineData(1, null, false)]
    [InlineData(1500, null, true)]
    [InlineData(1, 1_000_000, false)]
    [InlineData(1600, 1_000_000, true)] // longer than any flow may run
    public void A_stray_is_over_by_its_own_deadline(int ageMinutes, int? deadlineMinutes, bool isOver)
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(12));
        var made =
            world.Now - TimeSpan.FromMinutes(ageMinutes) - new PlanLimits().LateArrival - TimeSpan.FromSeconds(1);
        var stray = new ObservedPod
        {
            Name = "stray",
            Uid = "stray",
            CreatedAt = made,
            Fingerprint = world.Runs[^1].Print with { Record = "a-former-record" },
            Phase = PodPhase.Running,
            ActiveDeadline = deadlineMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null,
            Container = new ContainerSight.Running(made),
        };
        var seen = world.Observe();

        var plan = Planner.Plan(seen with { Pods = seen.Pods.Add(stray) });

        Assert.Equal(isOver, plan.Changes.OfType<Change.DeletePod>().Any(d => d.Name == "stray"));
        Assert.True(isOver || plan.WakeAt is not null);
    }
}
