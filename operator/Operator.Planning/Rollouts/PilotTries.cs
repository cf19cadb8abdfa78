using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// A pilot that the cluster ended before its container started, as a kubelet that rejects its pod, says nothing of the version. It is
/// tried again on the same due time and on its own store, by the waits of 0045, until the pilot's time is over: else nodes that are full for
/// the first seconds of each due time keep an attempt from starting. Then its store runs on stable.
/// </summary>
internal static class PilotTries
{
    /// <summary>The last try is so long before the end of the pilot's time: time to commit it and to create its pod.</summary>
    private static readonly TimeSpan ToCreate = TimeSpan.FromSeconds(2);

    /// <summary>The pilot that is tried again on this occasion; null: none is.</summary>
    public static Entry? Again(Attempt attempt, Occasion occasion, DateTimeOffset now) =>
        !attempt.HasStarted
        && occasion.Entries.LastOrDefault(e => e.IsPilot) is { } pilot
        && pilot.Attempt == attempt.Number
        && WasBrokenOff(pilot)
        && pilot.EndedAt < LastTry(pilot)
        && now <= pilot.StartBy
            ? pilot
            : null;

    public static DateTimeOffset LastTry(Entry pilot) => pilot.StartBy - ToCreate;

    /// <summary>
    /// A pilot that could not be created was tried all its time, and so was one that waited. What its container lacks, it lacks on the next
    /// try, too.
    /// </summary>
    private static bool WasBrokenOff(Entry pilot) =>
        pilot is { Result: RunResult.Infra, Stop: null, ReachedNothing: true }
        && !UncreatedPods.IsNotCreated(pilot)
        && !ContainerWaits.IsOwnFault(pilot.Reason);
}
