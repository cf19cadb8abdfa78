using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Bench.World;

/// <summary>
/// Replaces the node: sets each new pod to running and then to succeeded, with a report of ten items a store, as fast as the API
/// server allows. The fake kubelet cannot be used: it works only in the fake cluster, and this API server is real. The statuses
/// are the same.
/// </summary>
internal sealed class PodEnder : IAsyncDisposable
{
    public const int InFlight = 8;

    private readonly BenchCluster _cluster;
    private readonly TimeSpan _hold;
    private readonly Channel<KubeObject> _pods = Channel.CreateUnbounded<KubeObject>();
    private readonly Channel<(KubeObject Pod, DateTimeOffset StartedAt)> _running = Channel.CreateUnbounded<(
        KubeObject,
        DateTimeOffset
    )>();
    private readonly ConcurrentDictionary<string, int> _createdBySlot = new(StringComparer.Ordinal);
    private ObjectWatch _watch = null!; // StartAsync sets it before it returns
    private Task _starting = Task.CompletedTask;
    private Task _ending = Task.CompletedTask;
    private int _deleted;

    private PodEnder(BenchCluster cluster, TimeSpan hold) => (_cluster, _hold) = (cluster, hold);

    /// <summary>Called with each pod when its creation is seen, in order.</summary>
    public Action<KubeObject> Created { get; set; } = _ => { };

    /// <summary>How a pod ends; null: it runs on. Default: well, with a report of ten items a store.</summary>
    public Func<KubeObject, PodScript?> Script { get; set; } = pod => PodScript.Succeeds(ReportOf(pod));

    /// <summary>Called when the API server has taken the end of a pod.</summary>
    public Action<KubeObject> Ended { get; set; } = _ => { };

    public int Deleted => _watch.Read(() => _deleted);

    /// <summary>Starts with the pods that come from now on; each runs for <paramref name="hold"/>.</summary>
    public static async Task<PodEnder> StartAsync(
        BenchCluster cluster,
        string ns,
        CancellationToken ct,
        TimeSpan hold = default
    )
    {
        var ender = new PodEnder(cluster, hold);
        ender._watch = await ObjectWatch.StartAsync(cluster, CoreTypes.Pods, ns, ender.See, ct);
        ender._starting = InParallelAsync(ender.StartAllAsync, ct);
        ender._ending = InParallelAsync(ender.EndAllAsync, ct);
        return ender;
    }

    private static Task InParallelAsync(Func<CancellationToken, Task> work, CancellationToken ct) =>
        BenchCluster.InParallelAsync(Enumerable.Range(0, InFlight), InFlight, (_, token) => work(token), ct);

    /// <summary>Pods created for that slot, over all flows.</summary>
    public int CreatedFor(string occasion) => _createdBySlot.GetValueOrDefault(occasion);

    public async ValueTask DisposeAsync()
    {
        _pods.Writer.Complete();
        await _starting;
        _running.Writer.Complete();
        await _ending;
        await _watch.DisposeAsync();
    }

    private void See(Sighting sighting)
    {
        if (sighting.Event.Kind == WatchKind.Added)
        {
            _createdBySlot.AddOrUpdate(sighting.Object.Label(PodMarks.Occasion) ?? "", 1, (_, count) => count + 1);
            Created(sighting.Object);
            _pods.Writer.TryWrite(sighting.Object); // unbounded: it always succeeds
        }
        else if (sighting.Event.Kind == WatchKind.Deleted)
        {
            _deleted++;
        }
    }

    private async Task StartAllAsync(CancellationToken ct)
    {
        await foreach (var pod in _pods.Reader.ReadAllAsync(ct))
        {
            var startedAt = _cluster.Time.GetUtcNow();
            var running = await TellAsync(pod, new PodState.Running(startedAt), ct);
            _running.Writer.TryWrite((running, startedAt)); // unbounded: it always succeeds
        }
    }

    private async Task EndAllAsync(CancellationToken ct)
    {
        await foreach (var (pod, startedAt) in _running.Reader.ReadAllAsync(ct))
        {
            var rest = startedAt + _hold - _cluster.Time.GetUtcNow();
            if (rest > TimeSpan.Zero)
            {
                await Task.Delay(rest, _cluster.Time, ct);
            }
            if (Script(pod) is { } script)
            {
                await TellAsync(pod, new PodLife(script).Ended(startedAt, _cluster.Time.GetUtcNow()), ct);
                Ended(pod);
            }
        }
    }

    private Task<KubeObject> TellAsync(KubeObject pod, PodState state, CancellationToken ct) =>
        _cluster.Api.PatchStatusAsync(
            CoreTypes.Pods,
            pod.Key,
            Manifests.Changed(pod.Json, p => PodStatus.Write(p, state, _cluster.Time.GetUtcNow())),
            ct
        );

    /// <summary>Ten items for each store.</summary>
    public static string ReportOf(KubeObject pod)
    {
        var fingerprint = JsonNode.Parse(pod.Annotation(PodMarks.Fingerprint) ?? "{}")!; // an object
        var stores = fingerprint["stores"]!.AsArray().Count; // the operator writes it on each of its pods
        return WorkerReport.Of(Enumerable.Repeat(WorkerReport.Store(10), stores));
    }
}
