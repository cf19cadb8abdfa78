using Operator.Api;
using Operator.Planning.Judging;

namespace Operator.Planning.Tests.Trials;

/// <summary>Whether a run spoils the next one is asked only where no retry came between them.</summary>
public sealed class RetriedCoinTests
{
    [Fact]
    public void Without_retries_each_run_is_asked_about_the_one_before() => Assert.True(Asked(retries: 0, slow: null) > 20);

    [Fact]
    public void A_run_that_was_tried_again_is_not_asked_about() => Assert.Equal(0, Asked(retries: 1, slow: null));

    /// <summary>The slow run holds up the settling, so due times after it are closed before they are settled.</summary>
    [Fact]
    public void Nor_is_one_whose_occasion_was_closed_before_it_was_settled() =>
        Assert.Equal(0, Asked(retries: 1, slow: "store-0002"));

    private static int Asked(int retries, string? slow)
    {
        var world = A.TrialWorld(
            4,
            s => s with { Evidence = new EvidenceMinima { MinRuns = 1000 } },
            A.Flow() with
            {
                Retries = retries,
                Timeout = new Duration("60s"),
            }
        );
        world.Try();
        world.Both(
            new Behaviour
            {
                Ok = 0,
                Failed = 5,
                Slow = slow,
            }
        );
        world.Run(TimeSpan.FromMinutes(2));
        var trials = world.Record.Trials;
        return TrialForm.Read(trials.Flows["orders"], trials.Order).SpoilsNextRun.Asked;
    }
}
