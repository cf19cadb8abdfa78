using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Testing;

namespace Operator.Planning.Tests.Reports;

/// <summary>Observations of runs that have ended and are not folded yet.</summary>
internal static class Folds
{
    /// <summary>A world with four ended runs that no commit contains.</summary>
    public static World WithEndedRuns()
    {
        var world = A.SettledWorld();
        world.Run(TimeSpan.FromSeconds(30), w => w.Runs.Count >= 4);
        world.Now += TimeSpan.FromSeconds(4);
        world.Step(crashAfter: 0);
        Given.That(world.Observe().Pods.Count(IsOpen) == 4, "four ended runs that are not folded");
        return world;

        bool IsOpen(ObservedPod pod) =>
            pod.Container is ContainerSight.Terminated
            && world
                .Record.Plan("orders")
                .Occasions.Where(o => o.Id == pod.Fingerprint?.Occasion)
                .SelectMany(o => o.Entries)
                .Any(e => e.Index == pod.Fingerprint?.Index && e.Result is null);
    }

    /// <summary>The first run of the newest occasion has written this into its termination log.</summary>
    public static Observation WithFirstReport(Observation seen, string message)
    {
        var newest = seen.Pods.Max(p => p.CreatedAt);
        ImmutableArray<ObservedPod> pods =
        [
            .. seen.Pods.Select(p =>
                p is { Fingerprint.Index: 0, Container: ContainerSight.Terminated ended } && p.CreatedAt == newest
                    ? p with
                    {
                        Container = ended with { Message = message },
                    }
                    : p
            ),
        ];
        return seen with { Pods = pods };
    }
}
