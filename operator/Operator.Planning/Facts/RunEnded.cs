using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>
/// The event that a run has ended. Each book of the record takes from it what it keeps, and the log and the metrics tell it.
/// </summary>
/// <param name="Flow">The flow's name.</param>
/// <param name="Occasion">The occasion as it was before the event.</param>
/// <param name="Entry">The run's entry with its result.</param>
/// <param name="Ending">How it ended, and what its stores reported.</param>
/// <param name="PodName">The pod's name, whether the pod was seen or not.</param>
public sealed record RunEnded(string Flow, Occasion Occasion, Entry Entry, RunEnding Ending, string PodName)
{
    /// <summary>When the end was folded.</summary>
    public DateTimeOffset At => Entry.EndedAt ?? default;

    /// <summary>The run ended well and its flow sends no reports, so it reached every store.</summary>
    public bool IsSilentSuccess => Ending is { Result: RunResult.Succeeded, HasReport: false };
}
