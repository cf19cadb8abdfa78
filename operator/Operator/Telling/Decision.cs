using Operator.Gathering;
using Operator.Planning;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>What to report: the facts, the plan, and the record that the plan's commit made (null: it committed nothing).</summary>
internal sealed record Decision(Gathered Gathered, Plan Plan, StoredRecord? Committed)
{
    /// <summary>
    /// The id and counter of the record, for the statuses; null when this pass neither committed nor read it. A status then keeps what it
    /// says: it may be the last witness of a lost record, and a counter that is only recalled may be higher than that of a record
    /// that was restored meanwhile, which would then look lost.
    /// </summary>
    public RecordWitness? Witness =>
        Committed is { } record ? new RecordWitness(record.Id, record.Counter)
        : Plan.Record.Counter > 0 && !Gathered.IsRecordRecalled ? new RecordWitness(Plan.Record.Id, Plan.Record.Counter)
        : null;
}
