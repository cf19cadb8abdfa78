using System.Globalization;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Explains why a flow cannot run all due stores, with numbers and advice.</summary>
internal static class Capacity
{
    /// <summary>The upper limit of <c>maxConcurrentRuns</c>.</summary>
    private const int MostRuns = 1000;

    /// <summary>Null when no sync was missed for lack of capacity.</summary>
    public static string? Shortage(Draft draft, string name, Occasion occasion, MissedTally missed)
    {
        var flow = draft.Spec.FindFlow(name);
        if (missed.Capacity == 0 || flow is null || draft.Seen.HasNoRoomForPods)
        {
            return null;
        }
        var roster = draft.Roster;
        var runs = ChunkPacking.Pack(draft.Record.ChunksOf(name), roster.IsActive, flow.MaxStoresPerRun).Count();
        return Say(flow, occasion, runs, draft.Record.Plan(name).TypicalRun ?? flow.Timeout.Value);
    }

    /// <summary>
    /// The needed <c>maxConcurrentRuns</c>: all runs end before the next slot, and each starts in time. Example: 400 runs
    /// of 30 s every 5 min need 40 to end in time, and 80 when they must start within 2 min of each other.
    /// </summary>
    public static long Needed(int runs, TimeSpan each, TimeSpan period, TimeSpan window)
    {
        var seconds = Math.Max(1, each.TotalSeconds);
        var toFinish = period > TimeSpan.Zero ? Math.Ceiling(runs * seconds / period.TotalSeconds) : 1;
        var waves = Math.Floor(window.TotalSeconds / seconds) + 1;
        return (long)Math.Max(toFinish, Math.Ceiling(runs / waves));
    }

    private static string Say(Flow flow, Occasion occasion, int runs, TimeSpan typical)
    {
        var each = TimeSpan.FromSeconds(Math.Ceiling(typical.TotalSeconds));
        var window = occasion.StartBy - occasion.Slot;
        var needed = Math.Max(flow.MaxConcurrentRuns + 1, Needed(runs, each, occasion.Period, window));
        var seconds = Math.Ceiling(runs * each.TotalSeconds / flow.MaxConcurrentRuns);
        var advice =
            needed <= MostRuns
                ? $"set it to {needed}, raise maxStoresPerRun, or schedule every {Text(TimeSpan.FromSeconds(seconds))}"
                : $"raise maxStoresPerRun, or schedule every {Text(TimeSpan.FromSeconds(seconds))}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"flow '{flow.Name}': {runs} runs of {Text(each)} every {Text(occasion.Period)}, each to start within {Text(window)}, need {needed} at a time, maxConcurrentRuns is {flow.MaxConcurrentRuns}; {advice}"
        );
    }

    private static string Text(TimeSpan span) =>
        span.TotalMinutes >= 2 && span.Seconds == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0}m")
            : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0}s");
}
