using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Judging;
using Operator.Planning.Record;

namespace Operator.Planning.Tests.Judging;

/// <summary>Each verdict is one sentence with the numbers that it rests on.</summary>
public sealed class VerdictWordsTests
{
    private const string Unlikely = "were the versions alike, this would happen less than once in";

    [Theory]
    [InlineData(
        "all-fail-1",
        10,
        "orders: 5 of 5 runs on the candidate failed wholly, 0 of 6 on stable in the same stores; "
            + Unlikely
            + " 140 rollouts"
    )]
    [InlineData(
        "five-times",
        2,
        "orders: 17 of 200 items (8.5%) failed on the candidate, 2 of 280 items (0.71%) on stable in the same stores; "
            + Unlikely
            + " 170 rollouts"
    )]
    [InlineData(
        "late-harm",
        34,
        "orders: 240 of 760 items (31.58%) failed on the candidate, 11 of 840 items (1.31%) on stable in the same stores; "
            + Unlikely
            + " 1,800 rollouts"
    )]
    [InlineData(
        "a-third",
        7,
        "orders: per run the candidate did 35% of the items that stable did in the same stores; "
            + Unlikely
            + " 400 rollouts"
    )]
    [InlineData(
        "one-store-breaks",
        17,
        "orders: single stores fail on the candidate and not on stable, store-005 most of all; "
            + Unlikely
            + " 100 rollouts"
    )]
    public void A_failure_says_what_was_seen_and_how_unlikely_it_is(string story, int occasion, string sentence) =>
        Assert.Equal(sentence, GoldenVectors.Play(story).ElementAt(occasion).Verdict.Verdict.Message);

    [Theory]
    [InlineData(
        "crash-4",
        0,
        "orders: has 2 of 10 counted runs on the candidate, 2 of 10 runs on stable, 0 of 50 items on the candidate, 0 of 2 stores on the candidate"
    )]
    [InlineData(
        "outage",
        8,
        "orders: 6 of 6 runs on stable failed by far on the newest occasion, so nothing is counted; the step goes on by itself once they recover"
    )]
    [InlineData(
        "cohort-in-trouble",
        9,
        "orders: 4 of the cohort's last 4 runs on stable failed by far and most stores outside did not, so nothing is counted; if they do not recover, the cohort needs a person"
    )]
    [InlineData(
        "spoils-the-next",
        6,
        "orders: the run after a run of the candidate fails by far more often than the one after a run of stable; were the versions alike, less than one look in 5,900 would show this"
    )]
    [InlineData(
        "loses-runs",
        11,
        "orders: one arm loses more runs to causes outside the version than the other; were the versions alike, less than one look in 130 would show this"
    )]
    [InlineData(
        "a-third",
        3,
        "orders: per run the candidate did 35% of the items that stable did in the same stores, at least 50% may pass; not proven yet"
    )]
    [InlineData(
        "double-volume",
        3,
        "orders: per run the candidate did 200% of the items that stable did in the same stores, at most 150% may pass; a person can let it go on"
    )]
    [InlineData(
        "late-harm",
        33,
        "orders: the candidate looks worse than stable: were the versions alike, evidence of 83.7 would come up in at most 1.19% of rollouts, and 10% holds; 178 of 560 items (31.79%) failed on the candidate, 9 of 720 items (1.25%) on stable in the same stores"
    )]
    [InlineData(
        "control-20-alike",
        20,
        "orders: 46 of 1,980 items (2.32%) failed on the candidate, 12 of 540 items (2.22%) on stable in the same stores; the limit is 2%, and a difference to stable is neither proven nor ruled out"
    )]
    public void A_hold_says_what_it_waits_for(string story, int occasion, string sentence) =>
        Assert.Equal(sentence, GoldenVectors.Play(story).ElementAt(occasion).Verdict.Verdict.Message);

    [Theory]
    [InlineData("late-harm", 33, "items (1.25%) on stable in the same stores")]
    [InlineData(
        "one-store-breaks",
        11,
        "; single stores fail on the candidate and not on stable, store-005 most of all"
    )]
    public void A_suspicion_tells_what_makes_most_of_it(string story, int occasion, string end) =>
        Assert.EndsWith(
            end,
            GoldenVectors.Play(story).ElementAt(occasion).Verdict.Verdict.Message,
            StringComparison.Ordinal
        );

    /// <summary>What was proven in an earlier step and measures small in this one. More digits say nothing more.</summary>
    [Fact]
    public void A_suspicion_has_no_number_that_nobody_can_read()
    {
        var trial = Judge.Begin(4, new Reporting(true, true)).Times(40, t => t.Then(Crowd(t, candidateFails: true)));
        trial = Judge.BeginStep(trial, 2).Times(3, t => t.Then(Crowd(t, candidateFails: false)));

        var hold = Assert.IsType<Verdict.Hold>(trial.Verdict());

        Assert.True(Judge.EvidenceOf(trial) > 1e12);
        Assert.Equal(Reasons.Suspicious, hold.Reason);
        Assert.Contains("evidence of more than 1,000,000,000 would", hold.Message, StringComparison.Ordinal);
    }

    /// <summary>Each store runs once, so no run comes after another.</summary>
    private static ImmutableArray<EndedRun> Crowd(FlowTrial trial, bool candidateFails) =>
        [
            .. Enumerable
                .Range(0, 8)
                .Select(i =>
                    i % 2 == 0
                        ? TrialOf.Run(Arm.Candidate, $"{trial.Past.Length}-{i}", 20, candidateFails ? 20 : 0)
                        : TrialOf.Run(Arm.Stable, $"{trial.Past.Length}-{i}", 20, 0)
                ),
        ];

    [Fact]
    public void A_pass_tells_both_arms() =>
        Assert.Equal(
            "the minima are met, and the candidate is within its limits or no worse than stable in the same stores; orders: 2 of 220 items (0.91%) failed on the candidate, 4 of 260 items (1.54%) on stable",
            GoldenVectors.Play("alike-8").ElementAt(2).Verdict.Verdict.Message
        );

    [Fact]
    public void Every_verdict_of_every_story_has_its_sentence()
    {
        foreach (var (_, _, verdict) in GoldenVectors.StoryNames.SelectMany(GoldenVectors.Play))
        {
            Assert.NotEmpty(verdict.Verdict.Message);
            Assert.DoesNotContain("NaN", verdict.Verdict.Message, StringComparison.Ordinal);
        }
    }
}
