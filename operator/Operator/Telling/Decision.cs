using Operator.Gathering;
using Operator.Planning;
using Operator.Runtime;

namespace Operator.Telling;

/// <summary>What to report: the facts, the plan, and the record that the plan's commit made (null: it committed nothing).</summary>
internal sealed record Decision(Gathered Gathered, Plan Plan, StoredRecord? Committed)
{
    /// <summary>
    /// The id and counter of the record, for the statuses; null when there is no record. A status then keeps what it says: it may be
    /// the last witness of a lost record. A recalled record may be told like one that was read: it is not recalled any more when
    /// anything shows that the cluster went back to an older state.
    /// </summary>
    public RecordWitness? Witness =>
        Committed is { } record ? new RecordWitness(record.Id, record.Counter)
        : Plan.Record.Counter > 0 ? new RecordWitness(Plan.Record.Id, Plan.Record.Counter)
        : null;

    /// <summary>
    /// Whether a status with this counter has numbers to be told: a commit may have changed them, or the process that committed them
    /// ended before it told them.
    /// </summary>
    public bool HasNumbersFor(long counter) => Committed is not null || Witness?.Counter > counter;
}
