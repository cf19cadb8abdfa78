using System.Collections.Concurrent;

namespace Operator.Runtime;

/// <summary>
/// The objects of an informer. One task writes, in the order of the server. Any thread may read, or overlay an object that it
/// created. An older state replaces a newer one only if it comes from a complete list.
/// </summary>
internal sealed class ObjectCache<T>(
    Action<ObjectChange<T>> changed,
    Action<ObjectKey, string> undecoded,
    Action wentBack
)
    where T : class
{
    private readonly ConcurrentDictionary<ObjectKey, Entry> _entries = new();
    private readonly ConcurrentDictionary<ObjectKey, string> _undecodable = new();
    private readonly HashSet<ObjectKey> _overlays = [];
    private readonly Lock _gate = new();
    private ulong _progress;
    private int _lists;

    /// <summary>
    /// An object and its newest decodable state. <c>ShownBefore</c> is, for an overlay, the number of the first list that begins after
    /// it was added; null: the object came from the server's list or watch.
    /// </summary>
    private sealed record Entry(Decoded<T> Item, T? LastGood, int? ShownBefore);

    private readonly record struct Turn(Entry? Before, Entry? After);

    /// <summary>The newest version that came from a list, a watch or an overlay.</summary>
    public ulong Newest
    {
        get
        {
            lock (_gate)
            {
                return _overlays.Select(k => _entries[k].Item.Version).Append(_progress).Max();
            }
        }
    }

    public int Count => _entries.Count;

    public IReadOnlyDictionary<ObjectKey, string> Undecodable => _undecodable;

    public IEnumerable<KeyValuePair<ObjectKey, T>> All
    {
        get
        {
            foreach (var (key, entry) in _entries)
            {
                if (entry.Item.Object is { } item)
                {
                    yield return KeyValuePair.Create(key, item);
                }
            }
        }
    }

    public T? Find(ObjectKey key) => _entries.TryGetValue(key, out var entry) ? entry.Item.Object : null;

    /// <summary>
    /// Adds an object until the watch reaches its version. If the watch already passed the version and the object is not in the
    /// cache, the object was deleted and is not added.
    /// </summary>
    public void Overlay(Decoded<T> created)
    {
        lock (_gate)
        {
            var isPassed = created.Version != 0 && created.Version <= _progress;
            if (!isPassed && _entries.TryAdd(created.Key, new Entry(created, created.Object, _lists)))
            {
                _overlays.Add(created.Key);
            }
        }
    }

    /// <summary>Call it before each list request; pass the returned number to <see cref="Replace"/>.</summary>
    public int BeginList()
    {
        lock (_gate)
        {
            return _lists++;
        }
    }

    /// <summary>Takes a complete list. It removes objects that are not in the list, and may set older versions.</summary>
    public void Replace(IReadOnlyDictionary<ObjectKey, Decoded<T>> listed, ulong version, int list)
    {
        if (IsOlder(listed, version, list))
        {
            wentBack();
        }
        var changes = new List<Turn>();
        lock (_gate)
        {
            foreach (var (key, before) in _entries)
            {
                if (!listed.ContainsKey(key) && !IsYounger(before, version, list))
                {
                    changes.Add(SetLocked(key, null));
                }
            }
            foreach (var item in listed.Values)
            {
                if (!_entries.TryGetValue(item.Key, out var before) || !IsYounger(before, version, list))
                {
                    changes.Add(SetLocked(item.Key, item));
                }
            }
            _progress = version;
        }
        changes.ForEach(c => Tell(c, isFromList: true));
    }

    /// <summary>
    /// Lists and watches never go back, so an older state comes from a backup. A restored server may go on from a higher version than
    /// before; then only its objects are older.
    /// </summary>
    private bool IsOlder(IReadOnlyDictionary<ObjectKey, Decoded<T>> listed, ulong version, int list)
    {
        lock (_gate)
        {
            return ResourceVersions.IsOlder(version, _progress)
                || listed.Values.Any(item => IsStaleLocked(item) && !IsYounger(_entries[item.Key], version, list));
        }
    }

    /// <summary>Applies an ADDED or MODIFIED event.</summary>
    public void Put(Decoded<T> item)
    {
        Turn change;
        lock (_gate)
        {
            if (IsStaleLocked(item))
            {
                return;
            }
            change = SetLocked(item.Key, item);
        }
        Tell(change, isFromList: false);
    }

    /// <summary>Applies a DELETED event, which contains the last state.</summary>
    public void Delete(Decoded<T> last)
    {
        Entry? before;
        lock (_gate)
        {
            if (IsStaleLocked(last) || !_entries.TryGetValue(last.Key, out before))
            {
                return;
            }
            SetLocked(last.Key, null);
        }
        changed(new ObjectChange<T>(last.Key, last.Object ?? before.LastGood, After: null));
    }

    /// <summary>The watch has sent all events up to this version. Removes overlays with older versions: their objects are gone.</summary>
    public void Advance(ulong version)
    {
        var changes = new List<Turn>();
        lock (_gate)
        {
            _progress = Math.Max(_progress, version);
            foreach (var key in _overlays.Where(k => _entries[k].Item.Version <= _progress).ToList())
            {
                changes.Add(SetLocked(key, null));
            }
        }
        changes.ForEach(c => Tell(c, isFromList: false));
    }

    /// <summary>An overlay that was added after the list began and has a later version than the list.</summary>
    private static bool IsYounger(Entry entry, ulong version, int list) =>
        entry.ShownBefore > list && ResourceVersions.IsOlder(version, entry.Item.Version);

    private bool IsStaleLocked(Decoded<T> item) =>
        _entries.TryGetValue(item.Key, out var known) && ResourceVersions.IsOlder(item.Version, known.Item.Version);

    /// <summary>Sets the entry (null: removes it) and returns the entry before and after.</summary>
    private Turn SetLocked(ObjectKey key, Decoded<T>? item)
    {
        _entries.TryGetValue(key, out var before);
        _overlays.Remove(key);
        if (item?.Problem is { } problem)
        {
            _undecodable[key] = problem;
        }
        else
        {
            _undecodable.TryRemove(key, out _);
        }
        if (item is null)
        {
            _entries.TryRemove(key, out _);
            return new Turn(before, null);
        }
        var lastGood = item.Object ?? (IsSame(before, item) ? before?.LastGood : null);
        return new Turn(before, _entries[key] = new Entry(item, lastGood, ShownBefore: null));
    }

    private void Tell(Turn change, bool isFromList)
    {
        var (before, after) = change;
        if (after is not null && IsSame(before, after.Item) && IsUnchanged(before, after))
        {
            return;
        }
        if (before is not null && !IsSame(before, after?.Item))
        {
            changed(new ObjectChange<T>(before.Item.Key, before.LastGood, After: null) { IsFromList = isFromList });
        }
        if (after?.Item is { Problem: { } problem } undecodable)
        {
            undecoded(undecodable.Key, problem);
        }
        else if (after is not null)
        {
            var last = IsSame(before, after.Item) ? before?.LastGood : null;
            changed(new ObjectChange<T>(after.Item.Key, last, after.Item.Object) { IsFromList = isFromList });
        }
    }

    private static bool IsUnchanged(Entry? before, Entry after) =>
        after.Item.Version != 0 && before?.Item.Version == after.Item.Version;

    private static bool IsSame(Entry? entry, Decoded<T>? item) =>
        entry is not null && item is not null && entry.Item.Uid == item.Uid;
}
