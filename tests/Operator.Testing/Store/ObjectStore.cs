using System.Text.Json.Nodes;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>One change of one object. Before is null for a creation, After for a removal.</summary>
internal sealed record StoredChange(long Version, ResourceKind Kind, StoredObject? Before, StoredObject? After)
{
    private StoredObject? _last;

    public ObjectKey Key => (After ?? Before)!.Key; // at least one is not null

    /// <summary>The object of a DELETED event: its last state, with the version of the removal.</summary>
    public StoredObject Last => _last ??= Before!.At(Version); // used only for removals
}

/// <summary>
/// All objects and a limited history of changes, like etcd. One version counter for all kinds. Used under the cluster's
/// lock.
/// </summary>
internal sealed class ObjectStore(int historyLimit)
{
    /// <summary>Not 0, as in a cluster that has run for some time: earlier versions are expired.</summary>
    private const long FirstVersion = 1000;
    private static readonly Comparer<ObjectKey> EtcdOrder = Comparer<ObjectKey>.Create(Compare);
    private readonly Dictionary<ResourceType, KindStore> _kinds = [];
    private readonly Dictionary<string, HashSet<(ResourceType Type, ObjectKey Key)>> _dependants = [];
    private readonly Dictionary<string, (ResourceType Type, ObjectKey Key)> _byUid = [];

    private sealed class KindStore
    {
        public SortedDictionary<ObjectKey, StoredObject> Objects { get; set; } = new(EtcdOrder);
        public List<StoredChange> History { get; } = [];

        /// <summary>The history up to this version is dropped.</summary>
        public long TrimmedTo { get; set; } = FirstVersion;
    }

    public long Version { get; private set; } = FirstVersion;

    /// <summary>Called after each change.</summary>
    public Action<StoredChange>? Changed { get; set; }

    public StoredObject? Find(ResourceType type, ObjectKey key) => Of(type).Objects.GetValueOrDefault(key);

    public StoredObject? FindByUid(string uid) => _byUid.TryGetValue(uid, out var at) ? Find(at.Type, at.Key) : null;

    public IEnumerable<StoredObject> All(ResourceType type) => Of(type).Objects.Values;

    public IEnumerable<StoredObject> InNamespace(string ns) =>
        _kinds.Values.SelectMany(k => k.Objects.Values).Where(o => o.Key.Namespace == ns);

    public IEnumerable<StoredObject> DependantsOf(string uid) =>
        _dependants.TryGetValue(uid, out var keys) ? keys.Select(k => Find(k.Type, k.Key)).OfType<StoredObject>() : [];

    /// <summary>The version of the kind's last known change.</summary>
    public long VersionOf(ResourceType type) =>
        Of(type) is { History: [.., var last] } ? last.Version : Of(type).TrimmedTo;

    public StoredObject Save(ResourceKind kind, JsonObject item, bool hasUnstoredDefaults = false)
    {
        var after = StoredObject.Freeze(kind, item, ++Version, hasUnstoredDefaults);
        var before = Find(kind.Type, after.Key);
        Of(kind.Type).Objects[after.Key] = after;
        Index(before, after);
        Record(new StoredChange(Version, kind, before, after));
        return after;
    }

    public void Remove(StoredObject item)
    {
        Of(item.Kind.Type).Objects.Remove(item.Key);
        Index(item, null);
        Record(new StoredChange(++Version, item.Kind, item, null));
    }

    /// <summary>All objects of a kind at a version.</summary>
    /// <exception cref="ApiFailure">The version is older than the history.</exception>
    public IReadOnlyCollection<StoredObject> At(ResourceType type, long version, string whyNot)
    {
        var kind = Of(type);
        if (version < kind.TrimmedTo)
        {
            throw ApiFailure.Expired(whyNot);
        }
        if (kind.History.Count == 0 || kind.History[^1].Version <= version)
        {
            return kind.Objects.Values;
        }
        var past = new SortedDictionary<ObjectKey, StoredObject>(kind.Objects, EtcdOrder);
        for (var i = kind.History.Count - 1; i >= 0 && kind.History[i].Version > version; i--)
        {
            var change = kind.History[i];
            if (change.Before is { } before)
            {
                past[before.Key] = before;
            }
            else
            {
                past.Remove(change.Key);
            }
        }
        return past.Values;
    }

    /// <summary>The changes of a kind after a version; null when the version is older than the history.</summary>
    public IEnumerable<StoredChange>? Since(ResourceType type, long version)
    {
        var kind = Of(type);
        return version < kind.TrimmedTo ? null : kind.History.Where(c => c.Version > version);
    }

    /// <summary>Drops the whole history, as a compaction of etcd does.</summary>
    public void Compact()
    {
        foreach (var kind in _kinds.Values)
        {
            kind.History.Clear();
            kind.TrimmedTo = Version;
        }
    }

    public StoreSnapshot Snapshot() => new(Version, [.. _kinds.SelectMany(k => k.Value.Objects.Values)]);

    /// <summary>Restores the objects and the version of a snapshot.</summary>
    public void Restore(StoreSnapshot snapshot)
    {
        Version = snapshot.Version;
        _byUid.Clear();
        _dependants.Clear();
        foreach (var kind in _kinds.Values)
        {
            kind.Objects.Clear();
        }
        Compact();
        foreach (var item in snapshot.Objects)
        {
            Of(item.Kind.Type).Objects[item.Key] = item;
            Index(null, item);
        }
    }

    private KindStore Of(ResourceType type)
    {
        if (!_kinds.TryGetValue(type, out var kind))
        {
            _kinds[type] = kind = new KindStore();
        }
        return kind;
    }

    private void Record(StoredChange change)
    {
        var kind = Of(change.Kind.Type);
        kind.History.Add(change);
        if (kind.History.Count > historyLimit * 2)
        {
            kind.TrimmedTo = kind.History[historyLimit - 1].Version;
            kind.History.RemoveRange(0, historyLimit);
        }
        Changed?.Invoke(change);
    }

    private void Index(StoredObject? before, StoredObject? after)
    {
        if (before is not null)
        {
            _byUid.Remove(before.Uid);
            foreach (var owner in before.Owners)
            {
                _dependants.GetValueOrDefault(owner)?.Remove((before.Kind.Type, before.Key));
            }
        }
        if (after is not null)
        {
            _byUid[after.Uid] = (after.Kind.Type, after.Key);
            foreach (var owner in after.Owners)
            {
                if (!_dependants.TryGetValue(owner, out var keys))
                {
                    _dependants[owner] = keys = [];
                }
                keys.Add((after.Kind.Type, after.Key));
            }
        }
    }

    /// <summary>The order of etcd paths: the slash between namespace and name takes part.</summary>
    private static int Compare(ObjectKey a, ObjectKey b) =>
        a.Namespace == b.Namespace
            ? string.CompareOrdinal(a.Name, b.Name)
            : string.CompareOrdinal(a.Namespace + "/", b.Namespace + "/");
}

/// <summary>All objects at one version, for <see cref="FakeCluster.Restore"/>.</summary>
internal sealed record StoreSnapshot(long Version, IReadOnlyList<StoredObject> Objects);
