using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Testing;

namespace Operator.Planning.Tests.Trials;

/// <summary>What a rollout without coins does: the guard against outages, its dwell, an edit of its steps, and what an upgrade leaves to it.</summary>
public sealed class CoinlessStories
{
    private static readonly EvidenceMinima Endless = new() { MinRuns = 100_000 };
    private static readonly Behaviour Outage = new() { Ok = 0, Failed = 10 };

    /// <summary>All stores outside fit into one run, and one run alone tells no outage.</summary>
    [Theory]
    [InlineData(12, "50%")]
    [InlineData(12, "9")]
    [InlineData(3, "1")]
    public void An_outage_holds_in_a_small_step(int stores, string share)
    {
        var world = WithoutControl(stores, share, "100%");
        world.SetRollout(s => s with { Evidence = Endless });
        world.Try();
        world.Both(Outage);

        world.Watch(TimeSpan.FromMinutes(3), w => Assert.False(w.IsOver, w.IsOver ? w.Over.Message : ""));

        Assert.Equal(("Hold", Reasons.Outage), world.Verdict);
    }

    [Fact]
    public void An_outage_holds_also_when_stores_have_joined()
    {
        var world = WithoutControl(12, "100%");
        world.SetRollout(s => s with { Evidence = Endless });
        world.Try();
        world.Run(TimeSpan.FromSeconds(30));
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with
            {
                Stores = [.. world.Connector.Spec.Stores, new() { Name = "new-1" }, new() { Name = "new-2" }],
            },
        };
        world.ToSlot();
        world.Run(TimeSpan.FromSeconds(9));
        world.Both(Outage);

        world.Watch(TimeSpan.FromMinutes(3), w => Assert.False(w.IsOver, w.IsOver ? w.Over.Message : ""));

        Assert.Equal(("Hold", Reasons.Outage), world.Verdict);
    }

    /// <summary>Its stores run stable, and that says nothing of the candidate.</summary>
    [Fact]
    public void No_round_counts_before_the_candidate_has_started()
    {
        var world = WithoutControl(12, "100%");
        world.Versions[A.Better] = new Behaviour { Rejects = _ => "OutOfcpu" };
        world.ShipImage(A.Better);
        world.Until(w => w.Attempt is not null);

        world.Run(TimeSpan.FromMinutes(2));

        Assert.False(world.Attempt!.HasStarted);
        Assert.Equal((0, TimeSpan.Zero), (world.Trial().Rounds, world.Attempt.Dwelled));
    }

    [Fact]
    public void An_edit_of_the_steps_repeats_no_step_that_is_as_wide_as_it_gets()
    {
        var world = WithoutControl(12, "50%", "100%");
        world.SetRollout(s => s with { Steps = [s.Steps[0], s.Steps[1] with { MinDuration = new Duration("1m") }] });
        world.Try();
        world.Until(w => w.Attempt is { Step: 1 });
        var stage = world.Attempt!.Stage;

        world.SetRollout(s => s with { Steps = [s.Steps[0], s.Steps[1] with { MinDuration = new Duration("50s") }] });
        world.Watch(TimeSpan.FromMinutes(3), w => Assert.True(w.Attempt is null || w.Attempt.Stage == stage));

        Assert.True(world.IsPromoted, world.Message);
    }

    /// <summary>Nobody knows what those runs did: an older operator kept no counts. They are no bad ends.</summary>
    [Fact]
    public void Runs_that_an_older_operator_folded_convict_nobody()
    {
        var world = A.TrialWorld(40, s => s with { Evidence = Endless });
        world.Connector = world.Connector with
        {
            Spec = world.Connector.Spec with { Flows = [A.Flow(), A.Flow("prices")] },
        };
        world.Try();
        world.Until(w => w.Record.Plan("prices").Occasions.Any(o => o.Entries.Count(IsGood) >= 3));
        world.Edit(AsOfAnOlderOperator);

        world.Run(TimeSpan.FromSeconds(5));

        Assert.False(world.IsOver, world.IsOver ? world.Over.Message : "");
        Assert.Equal(0, world.Trial("prices").Candidate.FailedRuns);
        Assert.False(world.Trial().IsInTrouble);
        world.SetRollout(s => s with { Evidence = A.Rollout().Spec.Evidence });
        world.Until(w => w.IsPromoted);
    }

    private static bool IsGood(Entry entry) => entry.Result == RunResult.Succeeded;

    private static ConnectorRecord AsOfAnOlderOperator(ConnectorRecord record) =>
        record with
        {
            Trials = TrialBook.None,
            Attempts = record.Attempts with
            {
                Current = record.Attempts.Current! with { Salt = "", JudgedFlows = [], WaitMark = default },
            },
            Plans = record.Plans.ToImmutableSortedDictionary(
                p => p.Key,
                p =>
                    p.Value with
                    {
                        HasReported = true,
                        Occasions =
                        [
                            .. p.Value.Occasions.Select(o =>
                                o with
                                {
                                    IsSettled = false,
                                    Entries = [.. o.Entries.Select(e => e with { Coin = null, Counts = "" })],
                                }
                            ),
                        ],
                    },
                StringComparer.Ordinal
            ),
        };

    private static World WithoutControl(int stores, params ImmutableArray<string> shares) =>
        A.TrialWorld(
            stores,
            s => s with { Steps = A.Steps([.. shares]), Analysis = s.Analysis with { Control = new Percent("0%") } }
        );
}
