using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Record;

namespace Operator.Planning.Drafts;

/// <summary>Due times of a flow that were not opened, and the outcome of the flow's stores.</summary>
internal sealed record SkippedSlots(Flow Flow, SlotSpan Span, StoreOutcome Outcome);
