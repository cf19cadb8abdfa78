using System.Collections.Concurrent;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// Caches decoded records: pods change several times between two commits, and each change reads the record again. Safe for
/// concurrent use.
/// </summary>
internal sealed class DecodedRecords
{
    /// <summary>Most records in the cache; each takes about ten kilobytes.</summary>
    private const int Most = 500;

    private readonly ConcurrentDictionary<ObjectKey, (StoredRecord Stored, ConnectorRecord Decoded)> _last = new();

    public ConnectorRecord Decode(ObjectKey connector, StoredRecord stored) =>
        _last.TryGetValue(connector, out var last) && IsSame(last.Stored, stored)
            ? last.Decoded
            : Remember(
                connector,
                stored,
                RecordParts.Decode(stored.Id, stored.Counter, stored.CreatedAt, stored.Parts)
            );

    /// <summary>Notes what was just committed, so that it is not decoded. Returns the record as committed.</summary>
    public ConnectorRecord Remember(ObjectKey connector, StoredRecord stored, ConnectorRecord content)
    {
        if (_last.Count >= Most && !_last.ContainsKey(connector))
        {
            _last.Clear();
        }
        var decoded = content with { Id = stored.Id, Counter = stored.Counter, CreatedAt = stored.CreatedAt };
        _last[connector] = (stored, decoded);
        return decoded;
    }

    public void Forget(ObjectKey connector) => _last.TryRemove(connector, out _);

    /// <summary>Compares parts by memory reference: RecordStore reuses the memory of an unchanged part.</summary>
    private static bool IsSame(StoredRecord last, StoredRecord now) =>
        last.Id == now.Id
        && last.Counter == now.Counter
        && last.CreatedAt == now.CreatedAt
        && last.Parts.Count == now.Parts.Count
        && last.Parts.All(p => now.Parts.TryGetValue(p.Key, out var part) && part.Equals(p.Value));
}
