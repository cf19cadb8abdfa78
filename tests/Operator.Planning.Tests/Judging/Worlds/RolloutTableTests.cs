using System.Globalization;

namespace Operator.Planning.Tests.Judging.Worlds;

/// <summary>
/// How often versions that are alike are failed in simulated worlds, and how often harm is found. <c>make fuzz</c> plays
/// <c>JUDGE_ROLLOUTS</c> rollouts of each world; the tests play a few.
/// </summary>
public sealed class RolloutTableTests(ITestOutputHelper output)
{
    private const double FalseAbortRate = 0.01;
    private static readonly int Seed = Setting("SIMULATION_SEED", 1);
    private static readonly int Rollouts = Setting("JUDGE_ROLLOUTS", 0);

    [Fact]
    public void Versions_that_are_alike_are_not_failed()
    {
        var rows = Rows(AllWorlds.Alike.Select(w => (w, Harm.None)), rollouts: 8, stores: [7]);

        // All worlds together: at most one in a hundred, with room for luck of five standard deviations.
        var all = rows.Sum(r => r.Results.Count);
        Assert.InRange(rows.Sum(r => r.Failed), 0, Most(all));
        Assert.All(rows, r => Assert.InRange(r.Failed, 0, Most(r.Results.Count)));
    }

    [Fact]
    public void Harm_that_is_large_is_found()
    {
        var rows = Rows(AllWorlds.Harms.Select(h => (new World("plain"), h)), rollouts: 8, stores: [7]);

        // None of these may pass often; most are failed, the others hold.
        Assert.All(rows, r => Assert.InRange(r.Completed, 0, r.Results.Count / 2));
        Assert.All(rows.Take(3), r => Assert.Equal(r.Results.Count, r.Failed));
    }

    private List<RolloutRow> Rows(IEnumerable<(World World, Harm Harm)> cases, int rollouts, int[] stores)
    {
        var rows = new List<RolloutRow>();
        output.WriteLine(RolloutRow.Heading);
        var sizes = Rollouts > 0 ? [1, 7, 20, 100, 1000] : stores;
        foreach (var (world, harm) in cases)
        {
            foreach (var size in sizes)
            {
                // A rollout of a thousand stores takes as long as dozens of small ones.
                var count = Rollouts == 0 ? rollouts : Math.Max(1, size > 100 ? Rollouts / 20 : Rollouts);
                rows.Add(RolloutRow.Of(world, harm, size, count, Seed));
                output.WriteLine(rows[^1].ToString());
            }
        }
        output.WriteLine($"seed {Seed}");
        return rows;
    }

    private static int Most(int rollouts) =>
        (int)((FalseAbortRate * rollouts) + (5 * Math.Sqrt(FalseAbortRate * (1 - FalseAbortRate) * rollouts)) + 1);

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
