using System.Globalization;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Testing;

namespace Operator.Planning.Tests.Trials;

/// <summary>Where not all pods can be made at once, the coin does not decide which of them are: else it decides which runs are lost.</summary>
public sealed class ScarcePodsTests(ITestOutputHelper output)
{
    private const int Salts = 6;

    [Fact]
    public void Pods_are_made_in_an_order_that_knows_no_coin()
    {
        var world = World(12, A.Flow());

        var plays = Enumerable.Range(1, Salts).Select(salt => Made(world, salt)).ToList();

        Assert.True(plays[0].Stores.Count > 4);
        Assert.All(plays, p => Assert.Equal(plays[0].Stores, p.Stores));
        Assert.True(plays.Select(p => p.Arms).Distinct(StringComparer.Ordinal).Count() > 1, "the salts flip alike");
    }

    /// <summary>A ResourceQuota has a place for one pod, and its run is longer than the other's startingDeadline.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_quota_that_lets_one_run_through(int seed)
    {
        var world = World(
            2,
            A.Flow() with
            {
                Schedule = "@every 40s",
                StartingDeadline = new Duration("6s"),
            },
            period: 40
        );
        world.MostPods = 1;

        Average(world, seed, TimeSpan.FromSeconds(40), duration: 12);
    }

    /// <summary>
    /// A candidate that nobody admits gives way to stable after half of startingDeadline. A webhook that is down for longer than that, and for all,
    /// loses the first runs of both arms.
    /// </summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_webhook_that_is_down_for_a_while(int seed)
    {
        var world = World(2, A.Flow() with { Schedule = "@every 40s" }, period: 40);
        world.PlanningSince = world.Now - TimeSpan.FromHours(1);
        var begin = world.Now.ToUnixTimeSeconds();
        world.RefusesAt = now =>
            (now.ToUnixTimeSeconds() - begin) % 80 < 14 ? new CreateRefusal(RefusalKind.Admission, "webhook") : null;

        Average(world, seed, TimeSpan.FromSeconds(40), duration: 2);
    }

    private void Average(World world, int seed, TimeSpan period, int duration)
    {
        var start = Rollouts.Trials.MeanEvidence(world.Record, world.Attempt!) ?? 1;
        var walk = new CoinWalk
        {
            Period = period,
            DueTimes = 3,
            Before = (w, at, past) =>
            {
                var random = new Random(unchecked((((seed * 31) + at) * 8191) + past));
                var failed = Enumerable
                    .Range(1, 3)
                    .ToDictionary(i => $"store-{i:0000}", _ => random.Next(3) == 0 ? 9 : 0, StringComparer.Ordinal);
                w.Both(
                    new Behaviour
                    {
                        Duration = TimeSpan.FromSeconds(duration),
                        Says = s => WorkerReport.Store(10 - failed[s], failed[s]),
                    }
                );
            },
        };

        var mean = walk.Mean(world) / start;

        output.WriteLine($"{walk.Leaves} ways, mean {mean:R}, largest {walk.Largest:0.0}");
        Assert.InRange(mean, 1 - 1e-12, 1 + 1e-12);
        Assert.True(walk.Leaves >= 8, $"only {walk.Leaves} ways");
    }

    private static World World(int stores, Flow flow, int period = 10)
    {
        var world = A.TrialWorld(
            stores,
            s =>
                s with
                {
                    Analysis = s.Analysis with { FalseAbortRate = new Percent("0.1%") },
                    Evidence = new EvidenceMinima { MinRuns = 1000 },
                },
            flow
        );
        world.Try();
        world.ToSlot(period);
        return world;
    }

    private static (List<string> Stores, string Arms) Made(World world, int salt)
    {
        var fork = world.Fork();
        fork.GiveSalt(salt.ToString("x16", CultureInfo.InvariantCulture));
        var plan = fork.Step();
        var pods = plan.Changes.OfType<Change.CreatePod>().Select(c => c.Pod).ToList();
        return (
            [.. pods.Select(p => string.Join(',', Print(p).Stores))],
            string.Join(',', pods.Select(p => p.Labels[PodMarks.Arm]))
        );
    }

    private static Fingerprint Print(PodDraft pod) =>
        JsonSerializer.Deserialize(pod.Annotations[PodMarks.Fingerprint], RunJson.Default.Fingerprint)!; // every draft has one
}
