using Operator.Planning.Explaining;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Tests.KnownFaults;
using Operator.Planning.Tests.Telling;
using Operator.Testing;

namespace Operator.Planning.Tests.Explaining;

/// <summary>A run whose pod was refused, or whose container can't start, is not under way.</summary>
public sealed class NotStartingStories
{
    [Fact]
    public void A_pod_that_was_refused_is_not_under_way()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Refusal = new CreateRefusal(RefusalKind.Quota, "exceeded quota: pods");
        world.Run(TimeSpan.FromSeconds(305));

        AssertNotStarted(
            world,
            "has probably not started: the API server refuses sync pods, see the condition PodsRefused"
        );
    }

    [Fact]
    public void A_pod_that_waits_for_its_image_is_not_under_way()
    {
        var world = Conditions.EveryFiveMinutes();
        world.Versions[A.Good] = new Behaviour { CanStart = false };
        world.Run(TimeSpan.FromSeconds(305));

        AssertNotStarted(world, "no container of the due time has started, see the condition Ready");
    }

    [Theory]
    [InlineData(RefusalKind.Admission)]
    [InlineData(RefusalKind.Quota)]
    public void A_candidates_pod_that_was_refused_is_not_under_way(RefusalKind kind)
    {
        var world = A.SettledWorld();
        world.Rollout = Worlds.Steps("1", "100%");
        world.ShipImage(A.Better);
        world.Refusal = new CreateRefusal(kind, "the image is not signed");

        world.Run(TimeSpan.FromSeconds(60), w => LivePilot(w) is not null && !w.Refusals.IsEmpty);

        var pilot = LivePilot(world);
        Given.That(pilot is not null, "a pilot that was refused");
        var now = Ask(world, pilot!.Stores[0]).Flows[0].Now;
        Assert.DoesNotContain(now, s => s.Contains("under way", StringComparison.Ordinal));
    }

    [Fact]
    public void A_candidate_whose_container_can_not_be_created_is_told_in_the_kubelets_words()
    {
        var lab = new PodLab(10) { Rollout = Worlds.Steps("1", "100%") };
        lab.Run(TimeSpan.FromMinutes(6));
        lab.Connector = lab.Connector.WithSync(s => s with { Image = A.Bad });
        lab.Life = (pod, draft) =>
            draft.Revision.Sync.Image == A.Bad
                ? pod with
                {
                    Container = new ContainerSight.Waiting("CreateContainerError", "no command specified"),
                }
                : lab.Ordinary(pod, TimeSpan.FromSeconds(20));
        Entry? Pilot() =>
            lab.Record.RunningAttempt is { Refusal: not null }
                ? lab.Flow.Entries.FirstOrDefault(e => e is { IsPilot: true, Result: null })
                : null;

        for (var end = lab.Now.AddMinutes(20); lab.Now < end && Pilot() is null; )
        {
            lab.Run(TimeSpan.FromSeconds(2), stepSeconds: 2);
        }

        Given.That(Pilot() is not null, "a pilot after one that could not start");
        var answer = Explanations.Answer(
            new StoreQuestion
            {
                Connector = lab.Connector,
                Record = lab.Record,
                Store = Pilot()!.Stores[0], // it was found
                Now = lab.Now,
            }
        );
        Assert.Contains(
            answer.Flows[0].Now,
            s => s.Contains("no command specified", StringComparison.Ordinal) && !s.Contains("API server")
        );
    }

    private static Entry? LivePilot(World world) =>
        world.Record.Plan("orders").Entries.FirstOrDefault(e => e is { IsPilot: true, Result: null });

    [Fact]
    public void An_end_is_explained_with_its_detail()
    {
        var world = Conditions.After(new Behaviour { RawReport = """{"v":1}""" });

        var slot = Ask(world).Flows[0].Slots[^1];

        Assert.Equal(
            "its run ended before it reached this store (ReportUnreadable: its report can't be read: it has no array \"s\")",
            slot.Why
        );
    }

    private static void AssertNotStarted(World world, string words)
    {
        var now = Ask(world).Flows[0].Now;
        Given.That(world.Record.Plan("orders").Entries.Any(e => e.Result is null), "a run without an end");
        Assert.DoesNotContain(now, s => s.Contains("under way", StringComparison.Ordinal));
        Assert.Contains(now, s => s.Contains(words, StringComparison.Ordinal));
    }

    private static StoreAnswer Ask(World world, string store = "store-001") =>
        Explanations.Answer(
            new StoreQuestion
            {
                Connector = world.Connector,
                Record = world.Record,
                Store = store,
                Now = world.Now,
            }
        );
}
