using Operator.Gathering;
using Operator.Planning;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>What to report: the facts, the plan, and the record that the plan's commit made (null: it committed nothing).</summary>
internal sealed record Decision(Gathered Gathered, Plan Plan, StoredRecord? Committed)
{
    /// <summary>
    /// The id and counter of the committed record; null before the first commit. A status then keeps what it says: it may be the last
    /// witness of a lost record.
    /// </summary>
    public RecordWitness? Witness =>
        Committed is { } record ? new RecordWitness(record.Id, record.Counter)
        : Plan.Record.Counter > 0 ? new RecordWitness(Plan.Record.Id, Plan.Record.Counter)
        : null;
}
