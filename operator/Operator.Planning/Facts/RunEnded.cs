using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>
/// The end of a run. Each book of the record folds this event, and the log and the metrics report it.
/// </summary>
/// <param name="Flow">The flow's name.</param>
/// <param name="Occasion">The occasion before the event.</param>
/// <param name="Entry">The run's entry with its result.</param>
/// <param name="Ending">How the run ended, with the reports of its stores.</param>
/// <param name="PodName">The pod's name, whether the pod was seen or not.</param>
public sealed record RunEnded(string Flow, Occasion Occasion, Entry Entry, RunEnding Ending, string PodName)
{
    /// <summary>When the run was folded.</summary>
    public DateTimeOffset At => Entry.EndedAt ?? default;

    /// <summary>The run succeeded without a report. Its flow sends no reports, so the run counts as reaching every store.</summary>
    public bool IsSilentSuccess => Ending is { Result: RunResult.Succeeded, HasReport: false };
}
