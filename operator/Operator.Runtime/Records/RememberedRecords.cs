using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>
/// The last verified state of each record, and whether its head is, as far as this process knows, still the one that was read or
/// written. Of thousands of records only few are in use at a time: the others, if all of their parts are inside the head, are kept as the
/// compressed JSON of the head, in a quarter of the memory. Safe for concurrent use.
/// </summary>
internal sealed class RememberedRecords(RecordObjects objects)
{
    private const int Most = 20_000;

    /// <summary>After this number of other records, one that was not used becomes compressed. Up to twice as many are not.</summary>
    private const int MostInUse = 500;

    private readonly Lock _gate = new();
    private readonly HashSet<ObjectKey> _current = [];
    private readonly Dictionary<ObjectKey, byte[]> _asleep = [];
    private Dictionary<ObjectKey, StoredRecord> _used = [];
    private Dictionary<ObjectKey, StoredRecord> _usedBefore = [];

    public ICollection<ObjectKey> Subjects
    {
        get
        {
            lock (_gate)
            {
                return [.. _used.Keys.Concat(_usedBefore.Keys).Concat(_asleep.Keys)];
            }
        }
    }

    /// <summary>As <see cref="Find"/>, but null when the head is in doubt.</summary>
    public StoredRecord? FindCurrent(ObjectKey subject)
    {
        lock (_gate)
        {
            if (!_current.Contains(subject))
            {
                return null;
            }
        }
        return Find(subject);
    }

    /// <summary>Another head may be there now; the parts are still those of the last one.</summary>
    public void Doubt(ObjectKey subject)
    {
        lock (_gate)
        {
            _current.Remove(subject);
        }
    }

    public void DoubtAll()
    {
        lock (_gate)
        {
            _current.Clear();
        }
    }

    /// <summary>Null: unknown, or a head that was remembered by <see cref="RememberHead"/> and is not a complete record.</summary>
    public StoredRecord? Find(ObjectKey subject)
    {
        byte[]? packed;
        lock (_gate)
        {
            if (TryUseLocked(subject, out var known))
            {
                return known;
            }
            if (!_asleep.TryGetValue(subject, out packed))
            {
                return null;
            }
        }
        var woken = Unpack(packed);
        lock (_gate)
        {
            if (TryUseLocked(subject, out var newer))
            {
                return newer;
            }
            // Forgotten, or remembered anew, in the meantime: the next call finds it.
            if (!_asleep.TryGetValue(subject, out var still) || still != packed)
            {
                return null;
            }
            _asleep.Remove(subject);
            return woken is null ? null : UseLocked(subject, woken);
        }
    }

    public void Remember(ObjectKey subject, StoredRecord record)
    {
        lock (_gate)
        {
            ForgetLocked(subject);
            UseLocked(subject, record);
            _current.Add(subject);
        }
    }

    /// <summary>Remembers a head that was listed, without reading it.</summary>
    public void RememberHead(ObjectKey subject, KubeObject head)
    {
        var packed = PartPacking.Pack(head.TrimmedBytes());
        lock (_gate)
        {
            ForgetLocked(subject);
            MakeRoomLocked();
            _asleep[subject] = packed;
            _current.Add(subject);
        }
    }

    public void Forget(ObjectKey subject)
    {
        lock (_gate)
        {
            ForgetLocked(subject);
        }
    }

    private bool TryUseLocked(ObjectKey subject, [NotNullWhen(true)] out StoredRecord? record)
    {
        if (_used.TryGetValue(subject, out record))
        {
            return true;
        }
        if (!_usedBefore.Remove(subject, out record))
        {
            return false;
        }
        UseLocked(subject, record);
        return true;
    }

    private StoredRecord UseLocked(ObjectKey subject, StoredRecord record)
    {
        MakeRoomLocked();
        if (_used.Count >= MostInUse)
        {
            PutToSleepLocked();
        }
        _used[subject] = record;
        return record;
    }

    /// <summary>A record with parts outside of its head stays as it is: waking it would need a request for each part.</summary>
    private void PutToSleepLocked()
    {
        var next = _used;
        _used = [];
        foreach (var (subject, record) in _usedBefore)
        {
            if (record.References.Values.All(r => r.Packed is not null))
            {
                var identity = new LostHead(record.HeadUid, record.HeadResourceVersion);
                _asleep[subject] = PartPacking.Pack(objects.Head(subject, RecordObjects.HeadOf(record), identity));
            }
            else
            {
                next[subject] = record;
            }
        }
        _usedBefore = next;
    }

    private void MakeRoomLocked()
    {
        if (_used.Count + _usedBefore.Count + _asleep.Count >= Most)
        {
            _used.Clear();
            _usedBefore.Clear();
            _asleep.Clear();
            _current.Clear();
        }
    }

    private void ForgetLocked(ObjectKey subject)
    {
        _used.Remove(subject);
        _usedBefore.Remove(subject);
        _asleep.Remove(subject);
        _current.Remove(subject);
    }

    private static StoredRecord? Unpack(byte[] packed) =>
        RecordReader.CompleteIn(new KubeObject(JsonElement.Parse(PartPacking.Inflate(packed).Span)));
}
