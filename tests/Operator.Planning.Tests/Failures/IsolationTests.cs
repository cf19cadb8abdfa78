using System.Collections.Immutable;
using CsCheck;
using Operator.Planning.Record;
using Operator.Planning.Runs;

namespace Operator.Planning.Tests.Failures;

/// <summary>The rules of decision 0028, on occasions that a test writes.</summary>
public sealed class IsolationTests
{
    private const string Revision = "r1";
    private static readonly IsolationRules Rules = new(MostStores: 16, revision => revision == Revision);

    [Theory]
    [InlineData(0, 0, 0, true)] // there is no other run
    [InlineData(1, 1, 0, true)]
    [InlineData(1, 2, 0, false)]
    [InlineData(0, 1, 0, false)]
    [InlineData(0, 0, 3, true)] // a live run has not failed
    [InlineData(0, 4, 4, true)]
    [InlineData(9, 0, 0, true)]
    [InlineData(0, 9, 0, false)]
    public void A_failure_is_local_when_half_of_the_others_did_their_work(int well, int badly, int live, bool isLocal)
    {
        var occasion = Occasion([RunResult.Failed, .. Runs(well, badly, live)]);

        Assert.Equal(isLocal, FailureScope.Of(occasion, Revision, []).IsLocal(occasion.Entries[0]));
    }

    [Theory]
    [InlineData(RunResult.Infra)]
    [InlineData(RunResult.Lost)]
    [InlineData(RunResult.NotStarted)]
    public void Runs_that_the_cluster_broke_off_and_other_revisions_say_nothing(RunResult result)
    {
        var occasion = Occasion([RunResult.Failed, result, RunResult.Failed]);
        occasion = occasion with
        {
            Entries = occasion.Entries.SetItem(2, occasion.Entries[2] with { Revision = "r2" }),
        };

        Assert.True(FailureScope.Of(occasion, Revision, []).IsLocal(occasion.Entries[0]));
    }

    [Fact]
    public void A_run_that_failed_after_its_last_store_did_its_work()
    {
        var occasion = Occasion([RunResult.Failed, RunResult.Failed]);
        occasion = occasion with
        {
            Entries = occasion.Entries.SetItem(1, occasion.Entries[1] with { NotReached = [] }),
        };

        Assert.True(FailureScope.Of(occasion, Revision, []).IsLocal(occasion.Entries[0]));
    }

    [Fact]
    public void A_half_that_succeeds_makes_the_failure_of_the_other_half_local()
    {
        ImmutableArray<Entry> runs =
        [
            Run(0, RunResult.Failed, "a", "b", "c", "d"),
            Run(1, RunResult.Failed, "e"),
            Run(2, RunResult.Failed, "f"),
            Run(3, RunResult.Failed, "g"),
            Run(4, RunResult.Succeeded, "a", "b"),
            Run(5, RunResult.Failed, "c", "d"),
        ];

        Assert.True(Scope(runs).IsLocal(runs[5]));
        Assert.False(Scope(runs).IsLocal(runs[1]));
        Assert.False(Scope(runs.RemoveAt(4)).IsLocal(runs[5]));
        Assert.False(Scope(runs.RemoveAt(0)).IsLocal(runs[5]));
        Assert.True(Scope(runs.RemoveAt(0), "a", "b", "c", "d").IsLocal(runs[5]));
    }

    [Fact]
    public void A_failed_run_of_which_a_part_did_its_work_later_counts_as_one_that_did()
    {
        ImmutableArray<Entry> runs =
        [
            Run(0, RunResult.Failed, "a", "b"),
            Run(1, RunResult.Failed, "c", "d"),
            Run(2, RunResult.Failed, "e", "f"),
            Run(3, RunResult.Failed, "a"),
            Run(4, RunResult.Succeeded, "b"),
        ];

        Assert.True(Scope(runs).IsLocal(runs[1]));
        Assert.False(Scope(runs.RemoveAt(4)).IsLocal(runs[1]));
    }

    [Fact]
    public void Tries_of_a_part_of_a_run_do_not_count_besides_it()
    {
        ImmutableArray<Entry> runs =
        [
            Run(0, RunResult.Failed, "a", "b", "c"),
            Run(1, RunResult.Failed, "d", "e"),
            Run(2, RunResult.Succeeded, "f"),
            Run(3, RunResult.Failed, "a"),
            Run(4, RunResult.Failed, "b"),
            Run(5, RunResult.Failed, "c"),
        ];

        Assert.True(Scope(runs).IsLocal(runs[1]));
        Assert.False(Scope(runs).IsLocal(runs[3]));
    }

    [Fact]
    public void A_closed_occasion_isolates_the_stores_of_local_failures_and_of_no_others() =>
        Gen.Select(Gen.Int[0, 8], Gen.Int[1, 8])
            .Sample(
                (well, badly) =>
                {
                    var occasion = Occasion([.. Runs(well, badly, live: 0)]);

                    var after = Isolations.After(new FlowPlan(), occasion, Rules);

                    var isLocal = well >= badly - 1;
                    var left = occasion.Entries.SelectMany(e => e.NotReached).Order(StringComparer.Ordinal).ToList();
                    Assert.Equal(isLocal ? left : [], after.Isolated.Select(i => i.Store));
                    Assert.All(after.Isolated, i => Assert.Equal((Revision, 2), (i.Revision, i.Size)));
                    Assert.Equal(!isLocal, after.GeneralFailures is [{ InARow: 1, Split.IsEmpty: true }]);
                },
                iter: 200
            );

    [Fact]
    public void Each_clean_occasion_doubles_the_size_until_it_is_that_of_other_runs()
    {
        var plan = new FlowPlan { Isolated = [Isolated("a", 1)] };
        var clean = new Occasion { Id = "s1", Entries = [Run(0, RunResult.Succeeded, "a"), Run(1, null, "b")] };
        var sizes = new List<int>();

        while (!plan.Isolated.IsEmpty)
        {
            sizes.Add(plan.Isolated[0].Size);
            plan = Isolations.After(plan, clean, Rules);
        }

        Assert.Equal([1, 2, 4, 8], sizes);
    }

    [Theory]
    [InlineData(RunResult.Failed)]
    [InlineData(RunResult.Infra)]
    [InlineData(RunResult.Lost)]
    public void An_occasion_that_is_not_clean_doubles_nothing(RunResult result)
    {
        var plan = new FlowPlan { Isolated = [Isolated("a", 1)] };
        var occasion = new Occasion { Id = "s1", Entries = [Run(0, result, "a"), Run(1, RunResult.Succeeded, "b")] };

        Assert.Equal(plan.Isolated, Isolations.After(plan, occasion, Rules).Isolated);
    }

    [Fact]
    public void A_store_that_always_runs_alone_isolates_nobody()
    {
        var occasion = new Occasion { Id = "s1", Entries = [Run(0, RunResult.Failed, "a")] };

        Assert.Empty(Isolations.After(new FlowPlan(), occasion, Rules).Isolated);
    }

    [Fact]
    public void What_a_revision_that_no_new_run_has_left_behind_is_forgotten()
    {
        var plan = new FlowPlan
        {
            Isolated = [Isolated("a", 1), Isolated("a", 1) with { Revision = "old" }],
            GeneralFailures = [new GeneralFailure { Revision = "old", InARow = 2 }],
        };

        var after = Isolations.After(plan, new Occasion { Id = "s1" }, Rules);

        Assert.Equal([Revision], after.Isolated.Select(i => i.Revision));
        Assert.Empty(after.GeneralFailures);
    }

    [Fact]
    public void After_three_general_failures_each_run_has_its_turn_in_ever_smaller_groups() =>
        Gen.Select(Gen.Int[2, 6], Gen.Int[2, 16])
            .Sample(
                (runs, stores) =>
                {
                    var plan = new FlowPlan();
                    var turns = new List<(string First, int Size)>();
                    for (var slot = 1; slot <= 3 + (runs * 5); slot++)
                    {
                        plan = Isolations.After(plan, FailAll(plan, runs, stores), Rules);
                        var failure = Assert.Single(plan.GeneralFailures);
                        Assert.Equal(slot, failure.InARow);
                        Assert.Equal(slot < 3, failure.Split.IsEmpty);
                        if (!failure.Split.IsEmpty)
                        {
                            turns.Add((failure.Split[0], failure.Size));
                        }
                    }

                    Assert.Empty(plan.Isolated);
                    foreach (var (round, turn) in turns.Chunk(runs).Where(c => c.Length == runs).Index())
                    {
                        Assert.Equal(runs, turn.Select(t => t.First).Distinct().Count());
                        Assert.All(turn, t => Assert.Equal(Math.Max(1, stores >> (round + 1)), t.Size));
                    }
                },
                iter: 60
            );

    [Fact]
    public void A_run_now_of_one_store_ends_no_series_of_general_failures()
    {
        var plan = new FlowPlan { GeneralFailures = [new GeneralFailure { Revision = Revision, InARow = 2 }] };
        var order = new Occasion
        {
            Id = "n1",
            Order = new RunOrder { Stores = ["a"] },
            Entries = [Run(0, RunResult.Succeeded, "a")],
        };

        Assert.Equal(2, Isolations.After(plan, order, Rules).GeneralFailures[0].InARow);
        Assert.Empty(Isolations.After(plan, order with { Id = "s1", Order = null }, Rules).GeneralFailures);
    }

    /// <summary>Every run fails; the stores that are split run in groups of the planned size.</summary>
    private static Occasion FailAll(FlowPlan plan, int runs, int stores)
    {
        var failure = plan.GeneralFailureOf(Revision);
        var groups = Enumerable
            .Range(0, runs)
            .Select(r => Enumerable.Range(0, stores).Select(s => $"{r:00}-{s:00}").ToArray())
            .SelectMany(group => failure?.Split.Contains(group[0]) == true ? group.Chunk(failure.Size) : [group]);
        return new Occasion { Id = "s1", Entries = [.. groups.Select((g, i) => Run(i, RunResult.Failed, [.. g]))] };
    }

    private static FailureScope Scope(ImmutableArray<Entry> runs, params ImmutableArray<string> split) =>
        FailureScope.Of(new Occasion { Entries = runs }, Revision, split);

    private static IEnumerable<RunResult?> Runs(int well, int badly, int live) =>
        [
            .. Enumerable.Repeat<RunResult?>(RunResult.Succeeded, well),
            .. Enumerable.Repeat<RunResult?>(RunResult.Failed, badly),
            .. Enumerable.Repeat<RunResult?>(null, live),
        ];

    /// <summary>Runs of four stores each, in this order.</summary>
    private static Occasion Occasion(ImmutableArray<RunResult?> results) =>
        new()
        {
            Id = "s1",
            Entries = [.. results.Select((r, i) => Run(i, r, $"{i:00}a", $"{i:00}b", $"{i:00}c", $"{i:00}d"))],
        };

    private static Entry Run(int index, RunResult? result, params ImmutableArray<string> stores) =>
        new()
        {
            Index = index,
            Revision = Revision,
            Stores = stores,
            Result = result,
            NotReached = result is null or RunResult.Succeeded ? [] : stores,
        };

    private static Isolation Isolated(string store, int size) =>
        new()
        {
            Store = store,
            Revision = Revision,
            Size = size,
        };
}
