using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;
using Operator.Planning.Record.Encoding;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Bench.World;

/// <summary>Commits records with the product's own store to a server in memory, and counts what is sent.</summary>
internal sealed class RecordDisk : IDisposable
{
    private static readonly ObjectKey Subject = new("shop", "amazon-eu");
    private readonly FakeCluster _cluster;
    private readonly CountedApi _api;
    private readonly RecordStore _records;
    private StoredRecord? _last;
    private int _ids;

    public RecordDisk()
    {
        var time = new VirtualTime();
        _cluster = new FakeCluster(time);
        _api = new CountedApi(_cluster.Connect("bench"));
        var options = new RecordStoreOptions
        {
            Domain = ApiGroup.Name,
            Type = BenchCluster.Records,
            Kind = ApiGroup.RecordKind,
            SubjectField = "connector",
            Prefix = RecordParts.ObjectPrefix,
            OutlivesHead = RecordParts.OutlivesHead,
        };
        _records = new RecordStore(_api, options, time, () => $"id{_ids++:x16}");
    }

    public int Commits { get; private set; }
    public int Writes => _api.Writes;
    public long Bytes => _api.Bytes;

    /// <summary>Bytes of the newest head, as sent.</summary>
    public int HeadBytes => _api.LastReplaced;

    public async Task CommitAsync(ConnectorRecord record, CancellationToken ct)
    {
        var parts = record.Form.Parts;
        var old = _last?.Parts ?? ImmutableSortedDictionary<string, ReadOnlyMemory<byte>>.Empty;
        var changed = parts
            .Where(p => !old.TryGetValue(p.Key, out var before) || !before.Span.SequenceEqual(p.Value.Span))
            .Select(p => KeyValuePair.Create(p.Key, (ReadOnlyMemory<byte>?)p.Value));
        var removed = old.Keys.Except(parts.Keys).Select(n => KeyValuePair.Create(n, (ReadOnlyMemory<byte>?)null));
        CommitBasis basis = _last is null
            ? new CommitBasis.Fresh("bench", record.CreatedAt)
            : new CommitBasis.OnTop(_last);
        var changes = changed.Concat(removed).ToImmutableSortedDictionary(StringComparer.Ordinal);
        _last = await _records.CommitAsync(Subject, basis, changes, ct);
        Commits++;
    }

    public void Dispose() => _cluster.Dispose();

    /// <summary>Counts the bodies of writes.</summary>
    private sealed class CountedApi(IKubeApi api) : IKubeApi
    {
        public int Writes { get; private set; }
        public long Bytes { get; private set; }
        public int LastReplaced { get; private set; }
        public ServerClock? Clock => api.Clock;

        public Task<KubeObject> CreateAsync(
            ResourceType type,
            string ns,
            ReadOnlyMemory<byte> json,
            CancellationToken ct
        )
        {
            Count(json);
            return api.CreateAsync(type, ns, json, ct);
        }

        public Task<KubeObject> ReplaceAsync(
            ResourceType type,
            ObjectKey key,
            ReadOnlyMemory<byte> json,
            CancellationToken ct
        )
        {
            Count(json);
            LastReplaced = json.Length;
            return api.ReplaceAsync(type, key, json, ct);
        }

        public Task<KubeObject> PatchStatusAsync(
            ResourceType type,
            ObjectKey key,
            ReadOnlyMemory<byte> json,
            CancellationToken ct
        ) => api.PatchStatusAsync(type, key, json, ct);

        public Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct) =>
            api.GetAsync(type, key, ct);

        public Task<Deletion> DeleteAsync(
            ResourceType type,
            ObjectKey key,
            DeleteOptions options,
            CancellationToken ct
        ) => api.DeleteAsync(type, key, options, ct);

        public Task<ListPage> ListAsync(ResourceType type, string? ns, ListOptions options, CancellationToken ct) =>
            api.ListAsync(type, ns, options, ct);

        public IAsyncEnumerable<WatchEvent> WatchAsync(
            ResourceType type,
            string? ns,
            WatchOptions options,
            CancellationToken ct
        ) => api.WatchAsync(type, ns, options, ct);

        private void Count(ReadOnlyMemory<byte> json)
        {
            Writes++;
            Bytes += json.Length;
        }
    }
}
