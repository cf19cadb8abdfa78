using Operator.Api;
using Operator.Planning.Judging;

namespace Operator.Planning.Tests.Trials;

/// <summary>Whether a run spoils the next one is asked only where no retry came between them.</summary>
public sealed class RetriedCoinTests
{
    private readonly Dictionary<string, (string Store, int Runs)[]> _occasions = new(StringComparer.Ordinal);

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(0, "store-0002")]
    [InlineData(1, "store-0002")]
    public void A_run_is_asked_about_the_one_before_unless_that_was_tried_again(int retries, string? slow)
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
        world.ToSlot();
        world.Run(TimeSpan.FromSeconds(9));
        // A slow run holds up the settling, so due times after it are closed before they are settled.
        world.Both(
            new Behaviour
            {
                Ok = 0,
                Failed = 5,
                Slow = slow,
            }
        );
        var before = Asked(world);

        world.Watch(TimeSpan.FromMinutes(3), Note);
        world.Both(new Behaviour());
        world.Watch(TimeSpan.FromSeconds(48), Note);

        Assert.Equal(Expected(world), Asked(world) - before);
        Assert.True(_occasions.Count > 15);
    }

    private void Note(World world)
    {
        foreach (
            var occasion in world.Record.Plan("orders").Occasions.Where(o => o.Entries.Any(e => e.Coin is not null))
        )
        {
            _occasions[occasion.Id] =
            [
                .. occasion.Entries.SelectMany(e => e.Stores).CountBy(s => s).Select(s => (s.Key, s.Value)),
            ];
        }
    }

    /// <summary>Each store runs alone.</summary>
    private int Expected(World world)
    {
        var unsettled = world.Record.Plan("orders").Occasions.Where(o => !o.IsSettled).Select(o => o.Id).ToHashSet();
        var (last, asked) = (new Dictionary<string, int>(StringComparer.Ordinal), 0);
        foreach (
            var (_, runs) in _occasions
                .Where(o => !unsettled.Contains(o.Key))
                .OrderBy(o => o.Key, StringComparer.Ordinal)
        )
        {
            foreach (var (store, count) in runs)
            {
                asked += last.TryGetValue(store, out var past) && past == 1 ? 1 : 0;
                last[store] = count;
            }
        }
        return asked;
    }

    private static int Asked(World world)
    {
        var trials = world.Record.Trials;
        return TrialForm.Read(trials.Flows["orders"], trials.Order).SpoilsNextRun.Asked;
    }
}
