using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>
/// Evidence of one flow for the candidate in the running step; <c>HasReported</c>: the flow has sent a report at least
/// once.
/// </summary>
public sealed record FlowSums(string Flow, StepEvidence Evidence, bool HasReported);
