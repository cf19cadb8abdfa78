using System.Collections.Concurrent;
using System.Globalization;

namespace Operator.Tests.Simulation;

/// <summary>
/// The whole operator in simulated worlds. A failing world is named by its seed, which replays it exactly. SIMULATION_SEED is the
/// first seed, SIMULATION_WORLDS the number of worlds, SIMULATION_MINUTES the duration instead of a number (make fuzz).
/// </summary>
public sealed class SimulationTests
{
    /// <summary>The number of worlds without <c>SIMULATION_WORLDS</c>; <c>make fuzz</c> runs many more.</summary>
    private const int Worlds = 250;

    [Fact]
    public void Whatever_goes_wrong_no_store_runs_twice_and_no_cohort_is_too_wide()
    {
        var failures = new ConcurrentBag<string>();
        // Each world runs on one thread and stays there.
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };

        Parallel.ForEach(
            Partitioner.Create(Seeds(), EnumerablePartitionerOptions.NoBuffering),
            options,
            (seed, loop) =>
            {
                if (Live(seed) is { } failure)
                {
                    failures.Add(failure);
                    loop.Stop();
                }
            }
        );

        Assert.True(failures.IsEmpty, string.Join("\n\n", failures));
    }

    [Fact]
    public void The_same_seed_is_the_same_history()
    {
        Assert.Equal(Requests(7), Requests(7));
    }

    private static IEnumerable<int> Seeds()
    {
        var first = Setting("SIMULATION_SEED", 1);
        if (Setting("SIMULATION_MINUTES", 0) is var minutes and > 0)
        {
            var start = TimeProvider.System.GetTimestamp();
            for (var seed = first; TimeProvider.System.GetElapsedTime(start).TotalMinutes < minutes; seed++)
            {
                yield return seed;
            }
            yield break;
        }
        foreach (var seed in Enumerable.Range(first, Setting("SIMULATION_WORLDS", Worlds)))
        {
            yield return seed;
        }
    }

    private static List<string> Requests(int seed)
    {
        using var world = new SimulatedWorld(seed);
        world.Run();
        return [.. world.Cluster.Journal.Entries.Select(e => e.ToString())];
    }

    /// <summary>Null when nothing is violated.</summary>
    private static string? Live(int seed)
    {
        using var world = new SimulatedWorld(seed);
        string why;
        try
        {
            var violations = world.Run();
            if (violations.Count == 0)
            {
                return null;
            }
            why = string.Join('\n', violations.Take(10));
        }
        // Any exception of a world is a finding, reported with its seed.
        catch (Exception e)
        {
            why = e.ToString();
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"world {seed} (make fuzz SEED={seed} WORLDS=1 replays it):\n{why}\n{world.Story()}"
        );
    }

    private static int Setting(string name, int fallback) =>
        int.TryParse(
            Environment.GetEnvironmentVariable(name),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? value
            : fallback;
}
