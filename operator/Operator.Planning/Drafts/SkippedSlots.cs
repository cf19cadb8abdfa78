using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Record;

namespace Operator.Planning.Drafts;

/// <summary>Due times of a flow that nobody opened, and what became of its stores on them.</summary>
internal sealed record SkippedSlots(Flow Flow, SlotSpan Span, StoreOutcome Outcome);
