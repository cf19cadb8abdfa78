using System.Collections.Concurrent;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// The records that were decoded last: pods tell of themselves several times between two commits, and each time the record is read
/// again. Safe for concurrent use.
/// </summary>
internal sealed class DecodedRecords
{
    /// <summary>Some ten kilobytes each.</summary>
    private const int Most = 500;

    private readonly ConcurrentDictionary<ObjectKey, (StoredRecord Stored, ConnectorRecord Decoded)> _last = new();

    public ConnectorRecord Decode(ObjectKey connector, StoredRecord stored)
    {
        if (_last.TryGetValue(connector, out var last) && IsSame(last.Stored, stored))
        {
            return last.Decoded;
        }
        var decoded = RecordParts.Decode(stored.Id, stored.Counter, stored.CreatedAt, stored.Parts);
        if (_last.Count >= Most && !_last.ContainsKey(connector))
        {
            _last.Clear();
        }
        _last[connector] = (stored, decoded);
        return decoded;
    }

    /// <summary>By the very memory of its parts: the store keeps that of a part whose checksum is still the same.</summary>
    private static bool IsSame(StoredRecord last, StoredRecord now) =>
        last.Id == now.Id
        && last.Counter == now.Counter
        && last.CreatedAt == now.CreatedAt
        && last.Parts.Count == now.Parts.Count
        && last.Parts.All(p => now.Parts.TryGetValue(p.Key, out var part) && part.Equals(p.Value));
}
