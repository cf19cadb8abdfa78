namespace Operator.Runtime;

/// <summary>
/// What another object says of a record of the subject: the record's id and counter when the object was written. A head with the same
/// id and a lower counter was restored or rolled back. A head with another id is another record, of which this witness knows
/// nothing. Without a head, every witness says that there was one.
/// </summary>
/// <param name="Id">Null: the object does not tell the id, so it can't contradict a head.</param>
/// <param name="Counter">0: the object knows no record.</param>
public readonly record struct RecordWitness(string? Id, long Counter)
{
    /// <summary>
    /// No record gets this far: ten commits a second make it in thirty years. A higher counter was written by somebody else and
    /// witnesses nothing.
    /// </summary>
    public const long MostCredible = 10_000_000_000;

    private bool IsCredible => Counter <= MostCredible;

    /// <summary>The highest counter; 0: no witness knows a record.</summary>
    public static long Newest(IEnumerable<RecordWitness> witnesses) =>
        witnesses.Where(w => w.IsCredible).Select(w => w.Counter).DefaultIfEmpty().Max();

    /// <summary>The highest counter of the witnesses of this record.</summary>
    internal static long NewestOf(string id, IEnumerable<RecordWitness> witnesses) =>
        Newest(witnesses.Where(w => w.Id == id));
}
