using Operator.Planning.Record;

namespace Operator.Planning.Judging;

/// <summary>What one flow has shown of the candidate in the running step.</summary>
public sealed record FlowSums(string Flow, StepEvidence Evidence, bool HasReported);
