using Operator.Runtime;

namespace Operator.Bench.World;

/// <summary>The operator's writes by kind, counted by watches: its own metrics count only by verb.</summary>
internal sealed class WritesByKind : IAsyncDisposable
{
    private readonly List<ObjectWatch> _watches = [];
    private int _parts;
    private int _heads;
    private int _statuses;
    private int _events;

    private WritesByKind() { }

    public sealed record Counts(int Parts, int Heads, int Statuses, int Events)
    {
        public static Counts operator -(Counts a, Counts b) =>
            new(a.Parts - b.Parts, a.Heads - b.Heads, a.Statuses - b.Statuses, a.Events - b.Events);
    }

    public static async Task<WritesByKind> StartAsync(BenchCluster cluster, string ns, CancellationToken ct)
    {
        var writes = new WritesByKind();
        await writes.AddAsync(cluster, BenchCluster.Records, ns, writes.SeeRecord, ct);
        await writes.AddAsync(
            cluster,
            BenchCluster.Connectors,
            ns,
            _ => Interlocked.Increment(ref writes._statuses),
            ct
        );
        await writes.AddAsync(cluster, CoreTypes.Events, ns, _ => Interlocked.Increment(ref writes._events), ct);
        return writes;
    }

    public Counts Read() =>
        new(
            Volatile.Read(ref _parts),
            Volatile.Read(ref _heads),
            Volatile.Read(ref _statuses),
            Volatile.Read(ref _events)
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var watch in _watches)
        {
            await watch.DisposeAsync();
        }
    }

    private async Task AddAsync(
        BenchCluster cluster,
        ResourceType type,
        string ns,
        Action<Sighting> seen,
        CancellationToken ct
    ) => _watches.Add(await ObjectWatch.StartAsync(cluster, type, ns, seen, ct));

    /// <summary>A part is created once; a head is created once and then replaced.</summary>
    private void SeeRecord(Sighting sighting)
    {
        if (sighting.Event.Kind == WatchKind.Modified)
        {
            Interlocked.Increment(ref _heads);
        }
        else if (sighting.Event.Kind == WatchKind.Added)
        {
            Interlocked.Increment(ref _parts);
        }
    }
}
