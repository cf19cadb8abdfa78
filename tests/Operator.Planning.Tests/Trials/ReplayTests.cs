using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Trials;

/// <summary>Whatever a process dies at, the next one sees the same coins, evidence and verdicts, to the last bit.</summary>
public sealed class ReplayTests
{
    private static readonly TimeSpan Play = TimeSpan.FromMinutes(2);

    public static TheoryData<int, int> Deaths =>
        new((from calls in Enumerable.Range(0, 5) from mood in Enumerable.Range(0, 4) select (calls, mood)).ToArray());

    /// <summary>In each second it dies after so many calls, and another process plans at once.</summary>
    [Theory]
    [MemberData(nameof(Deaths))]
    public void A_death_after_any_call_changes_nothing(int calls, int mood)
    {
        var undisturbed = Trace(mood, world => world.Step());

        var died = Trace(
            mood,
            world =>
            {
                world.Step(calls);
                world.Step();
            }
        );

        Assert.Equal(undisturbed, died);
    }

    /// <summary>The next process plans a second later, so pods start later; what they do does not depend on that.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_death_that_costs_a_second_changes_no_evidence(int mood)
    {
        var undisturbed = Evidence(mood, world => world.Step());

        for (var calls = 0; calls < 4; calls++)
        {
            var after = calls;
            var died = Evidence(mood, world => world.Step(world.Now.Second % 10 is 0 or 4 or 5 ? after : int.MaxValue));
            Assert.Equal(undisturbed, died);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void Each_occasion_is_settled_once_and_in_the_order_of_planning(int mood)
    {
        var world = OnTrial(minRuns: 1000);
        var (opened, settled) = (new List<string>(), new List<string>());
        var past = 0;
        world.Watch(
            Play,
            w =>
            {
                Behave(w, mood);
                var occasions = w.Record.Plan("orders").Occasions.Where(o => o.Attempt == 1).ToList();
                opened.AddRange(occasions.Select(o => o.Id).Except(opened, StringComparer.Ordinal));
                var now = occasions.Where(o => o.IsSettled).Select(o => o.Id).Except(settled, StringComparer.Ordinal);
                settled.AddRange([.. now]);
                past = w.Trial().Past.Length;
            }
        );

        Assert.Equal(opened.Take(settled.Count), settled);
        Assert.Equal(settled.Count, past);
        Assert.InRange(settled.Count, 8, 13);
    }

    /// <summary>A run of the first due time is live for two more, whose own runs end long before it.</summary>
    [Fact]
    public void A_later_occasion_that_ends_first_is_settled_after_the_earlier_one()
    {
        var world = OnTrial(minRuns: 1000, flow: A.Flow() with { Timeout = new Duration("60s") });
        var slow = world.Attempt!.Order[3];
        world.Both(new Behaviour { Slow = slow, Duration = TimeSpan.FromSeconds(2) });
        world.Run(TimeSpan.FromSeconds(2));
        world.Both(new Behaviour());
        var early = world.Record.Plan("orders").Occasions[^1].Id;
        world.Run(TimeSpan.FromSeconds(19));

        var later = world.Record.Plan("orders").Occasions.Where(o => string.CompareOrdinal(o.Id, early) > 0).ToList();
        Assert.NotEmpty(later);
        Assert.All(later, o => Assert.False(o.IsSettled));
        Assert.Contains(later, o => o.IsClosed || o.Entries.Any(e => e.Result is not null));
        Assert.All(later.SelectMany(o => o.Entries).Where(e => e.Result is not null), e => Assert.NotEmpty(e.Counts));

        world.Run(TimeSpan.FromSeconds(30));
        Assert.DoesNotContain(world.Record.Plan("orders").Occasions, o => o.Id == early && !o.IsSettled);
    }

    /// <summary>Groups of one due time start over its whole period, so a step often begins between them.</summary>
    [Theory]
    [InlineData("10%", "50%", "100%")]
    [InlineData("1", "2", "3")]
    public void A_wider_cohort_flips_no_coin_on_an_occasion_that_opened_before(params string[] shares)
    {
        var world = A.TrialWorld(
            40,
            s =>
                s with
                {
                    Steps = A.Steps([.. shares, "100%"]),
                    Evidence = new EvidenceMinima
                    {
                        MinRuns = 1,
                        MinItems = 1,
                        MinStores = 1,
                    },
                },
            A.Flow() with
            {
                Spread = new Duration("10s"),
            }
        );
        world.Try();
        var cohorts = new Dictionary<string, ImmutableHashSet<string>>(StringComparer.Ordinal);
        var flips = 0;

        world.Watch(
            TimeSpan.FromMinutes(4),
            w =>
            {
                if (w.Attempt is not { } attempt)
                {
                    return;
                }
                foreach (var occasion in w.Record.Plan("orders").Occasions)
                {
                    var cohort = attempt.Order.Take(attempt.Cohort).ToImmutableHashSet(StringComparer.Ordinal);
                    _ = cohorts.TryAdd(occasion.Id, cohort);
                }
                foreach (var (_, occasion, entry) in w.Coins())
                {
                    flips++;
                    Assert.All(entry.Stores, s => Assert.Contains(s, cohorts[occasion.Id]));
                }
            }
        );

        Assert.True(flips > 0);
        Assert.True(world.IsPromoted, world.Message);
    }

    private static World OnTrial(Flow? flow = null, int minRuns = 8)
    {
        var world = A.TrialWorld(
            12,
            s =>
                s with
                {
                    Steps = A.Steps("50%", "100%"),
                    Evidence = new EvidenceMinima { MinRuns = minRuns },
                },
            (flow ?? A.Flow()) with
            {
                Retries = 1,
            }
        );
        world.Try();
        world.ToSlot();
        return world;
    }

    private static List<string> Trace(int mood, Action<World> step)
    {
        var (world, trace) = (OnTrial(), new List<string>());
        for (var end = world.Now + Play; world.Now < end; world.Now += TimeSpan.FromSeconds(1))
        {
            Behave(world, mood);
            step(world);
            trace.Add(Words(world));
        }
        Assert.Contains(trace, t => t.Contains("coin", StringComparison.Ordinal));
        return trace;
    }

    private static (string Coins, string Evidence) Evidence(int mood, Action<World> step)
    {
        var (world, coins) = (OnTrial(minRuns: 1000), new SortedSet<string>(StringComparer.Ordinal));
        for (var end = world.Now + Play; world.Now < end; world.Now += TimeSpan.FromSeconds(1))
        {
            Behave(world, mood);
            step(world);
            coins.UnionWith(world.Coins().Select(c => CoinWords(c.Occasion, c.Entry)));
        }
        world.Both(new Behaviour());
        var end2 = world.Now + TimeSpan.FromSeconds(9);
        for (; world.Now < end2; world.Now += TimeSpan.FromSeconds(1))
        {
            world.Step();
        }
        return (string.Join('\n', coins), Bytes(world));
    }

    private static string CoinWords(Occasion occasion, Entry entry) =>
        $"{occasion.Id} {entry.Index} {string.Join(',', entry.Stores)} {entry.Arm} coin {entry.Coin!.CandidateShare}";

    private static string Bytes(World world) =>
        string.Join(
            '\n',
            world.Record.Trials.Flows.Select(f =>
                $"{f.Key} {Convert.ToHexString(f.Value.Flow.Span)} {string.Join(' ', f.Value.Shards.Select(s => Convert.ToHexString(s.Span)))}"
            )
        );

    private static string Words(World world)
    {
        var attempt = world.Attempt;
        var coins = world.Coins().Select(c => CoinWords(c.Occasion, c.Entry));
        return $"""
            {world.Now:mm:ss} {world.Verdict} {world.Message} {(world.IsOver ? world.Over.Message : null)}
            {attempt?.Stage} {attempt?.Cohort} {attempt?.Dwelled} {attempt?.DwellMark} {attempt?.Waited} {attempt?.WaitMark}
            {string.Join('\n', coins)}
            {Bytes(world)}
            """;
    }

    /// <summary>0: well. 1: the candidate is worse. 2: some crash. 3: outages, and runs that overlap.</summary>
    private static void Behave(World world, int mood)
    {
        var at = (int)(world.Now.ToUnixTimeSeconds() / 10);
        switch (mood)
        {
            case 1:
                world.Versions[A.Better] = new Behaviour { Ok = 5, Failed = 5 };
                break;
            case 2:
                world.Both(new Behaviour { CrashesAt = $"store-{(at * 5 % 12) + 1:0000}", HasMore = at % 3 == 0 });
                break;
            case 3:
                world.Both(
                    new Behaviour
                    {
                        Failed = at % 7 < 2 ? 100 : 0,
                        Duration = TimeSpan.FromSeconds(at % 3 == 0 ? 14 : 2),
                    }
                );
                break;
            default:
                break;
        }
    }
}
