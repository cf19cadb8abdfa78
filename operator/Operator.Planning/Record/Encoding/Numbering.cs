using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The numbers of stores while one record is written. A store that is in the table keeps its number; a new store takes the
/// lowest number whose store the record no longer names, else the next number. So a store that joins changes one row of the table.
/// </summary>
internal sealed class Numbering(ConnectorRecord record)
{
    private readonly StoreNumbers _before = record.Form.Numbers;
    private readonly Dictionary<string, int> _joined = new(StringComparer.Ordinal);
    private ImmutableArray<string>.Builder? _names;
    private Queue<int>? _free;

    /// <summary>No store joined.</summary>
    public bool IsUnchanged => _names is null;

    public int Count => _names?.Count ?? _before.Names.Length;

    /// <summary>The table with the stores that joined; the same object when none joined.</summary>
    public StoreNumbers Result => _names is null ? _before : new StoreNumbers(_names.ToImmutable());

    /// <summary>The number of a store that the record names.</summary>
    public int Of(string store) =>
        _before.Find(store)
        ?? (_joined.TryGetValue(store, out var number) ? number : _joined[store] = NumberOfNew(store));

    private int NumberOfNew(string store)
    {
        _names ??= _before.Names.ToBuilder();
        _free ??= Free();
        if (_free.TryDequeue(out var number))
        {
            _names[number] = store;
            return number;
        }
        _names.Add(store);
        return _names.Count - 1;
    }

    /// <summary>
    /// Numbers whose store the record no longer names. None while the record has anything that a newer version wrote, because that
    /// may name stores by their numbers.
    /// </summary>
    private Queue<int> Free()
    {
        if (_before.Names.IsEmpty || NewerContent.IsIn(record))
        {
            return new Queue<int>();
        }
        var inUse = NamesInUse.Of(record);
        return new Queue<int>(Enumerable.Range(0, Count).Where(n => !inUse.Contains(_before.Names[n])));
    }
}
