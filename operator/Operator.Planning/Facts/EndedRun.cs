using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>A run that was folded by this plan, for the log line and the metrics.</summary>
public sealed record EndedRun(string Flow, string Occasion, Entry Entry, RunEnding Ending, string PodName);
