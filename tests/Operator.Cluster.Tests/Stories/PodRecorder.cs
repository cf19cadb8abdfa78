using System.Collections.Immutable;
using System.Text.Json;

namespace Operator.Cluster.Tests;

/// <summary>
/// Watches a namespace from before the story begins and remembers every sync pod that ever was, with its worker's log. Stories
/// are proven from this, never from what the operator says about itself.
/// </summary>
internal sealed class PodRecorder : IAsyncDisposable
{
    private const string OursOnly = "labelSelector=marketplace-operator.io/connector";

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SeenRun> _runs = [];
    private readonly HashSet<string> _logsRead = [];
    private readonly Kube _kube;
    private readonly string _path;
    private Task _watching = Task.CompletedTask;
    private long _changes;

    private PodRecorder(Kube kube, string ns)
    {
        _kube = kube;
        _path = $"/api/v1/namespaces/{ns}/pods";
    }

    /// <summary>Every run so far, oldest first. Throws when the watch has failed: a gap would make the proof worthless.</summary>
    public ImmutableArray<SeenRun> Runs
    {
        get
        {
            if (_watching.IsFaulted)
            {
                throw new InvalidOperationException("the recorder lost its watch", _watching.Exception);
            }
            lock (_lock)
            {
                return [.. _runs.Values.OrderBy(r => r.FirstSeen)];
            }
        }
    }

    public static async Task<PodRecorder> StartAsync(Kube kube, string ns, CancellationToken ct)
    {
        var recorder = new PodRecorder(kube, ns);
        var list = await kube.GetAsync(recorder._path, ct);
        if (list.Items("items").Any())
        {
            throw new InvalidOperationException($"namespace {ns} has pods already; a recorder starts before its story");
        }
        recorder._watching = recorder.WatchAsync(list.Text("metadata", "resourceVersion") ?? "", recorder._stop.Token);
        return recorder;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(string resourceVersion, CancellationToken ct)
    {
        while (true)
        {
            var path = $"{_path}?{OursOnly}&watch=1&allowWatchBookmarks=true&resourceVersion={resourceVersion}";
            await foreach (var change in _kube.WatchAsync(path, ct))
            {
                if (change.Type == "ERROR")
                {
                    throw new InvalidOperationException(change.Object.ToString());
                }
                resourceVersion = change.Object.Text("metadata", "resourceVersion") ?? resourceVersion;
                if (change.Type != "BOOKMARK")
                {
                    await RecordAsync(change, ct);
                }
            }
        }
    }

    private async Task RecordAsync(WatchEvent change, CancellationToken ct)
    {
        var run = Remember(change);
        // The log goes with the pod, so it is read as soon as it is complete.
        if (run.ExitCode is not null && !run.IsGone && _logsRead.Add(run.Uid))
        {
            var log = await _kube.FindTextAsync($"{_path}/{run.Pod}/log", ct);
            lock (_lock)
            {
                _runs[run.Uid] = _runs[run.Uid] with { Log = LinesOf(log) };
            }
        }
    }

    private SeenRun Remember(WatchEvent change)
    {
        var uid = change.Object.Text("metadata", "uid") ?? "";
        lock (_lock)
        {
            var now = ++_changes;
            var run = _runs.TryGetValue(uid, out var before)
                ? before.Then(change.Object, now)
                : SeenRun.Read(change.Object, now);
            if (change.Type == "DELETED")
            {
                run = run with { IsGone = true, EndSeen = run.EndSeen ?? now };
            }
            return _runs[uid] = run;
        }
    }

    private static ImmutableArray<WorkerLine> LinesOf(string? log) =>
        [
            .. (log ?? "")
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(l => l.StartsWith('{'))
                .Select(l => JsonSerializer.Deserialize<WorkerLine>(l, JsonSerializerOptions.Web)!), // an object by its brace
        ];
}
