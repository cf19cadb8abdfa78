using System.Globalization;

namespace Operator.Tests.Simulation;

/// <summary>The whole operator in a thousand worlds. A failing one is named by its seed, which replays it exactly.</summary>
public sealed class SimulationTests
{
    private const int Worlds = 1000;

    [Fact]
    public void Whatever_goes_wrong_no_store_runs_twice_and_no_cohort_is_too_wide()
    {
        var first = Setting("SIMULATION_SEED", 1);
        var count = Setting("SIMULATION_WORLDS", Worlds);
        var failures = new System.Collections.Concurrent.ConcurrentBag<string>();
        // One thread a world, and a world stays on its own.
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount };

        Parallel.For(
            first,
            first + count,
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

    /// <summary>Null when all held.</summary>
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
        // The world itself is under test: whatever it throws is a finding, with its seed.
        catch (Exception e)
        {
            why = e.ToString();
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"world {seed} (SIMULATION_SEED={seed} SIMULATION_WORLDS=1 replays it):\n{why}\n{world.Story()}"
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
