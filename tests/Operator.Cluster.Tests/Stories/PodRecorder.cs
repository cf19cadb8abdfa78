using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// Watches a namespace from before the story begins and remembers every sync pod that ever was, with its worker's log. Stories
/// are proven from this, never from what the operator says about itself.
/// </summary>
internal sealed class PodRecorder : IAsyncDisposable
{
    private const string OursOnly = "labelSelector=marketplace-operator.io/connector";
    private const string Watch = "watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=";

    /// <summary>What a kubelet answers with 200, in the log's place, when it has the container no more.</summary>
    private const string NoLog = "unable to retrieve container logs";

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SeenRun> _runs = [];
    private readonly ConcurrentDictionary<string, Task> _logs = new();
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
            var lost = _logs.Values.FirstOrDefault(t => t.IsFaulted) ?? (_watching.IsCompleted ? _watching : null);
            if (lost is not null && !_stop.IsCancellationRequested)
            {
                throw new InvalidOperationException("the recorder lost its watch or a log", lost.Exception);
            }
            return Remembered();
        }
    }

    private ImmutableArray<SeenRun> Remembered()
    {
        lock (_lock)
        {
            return [.. _runs.Values.OrderBy(r => r.FirstSeen)];
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
        var everything = Task.WhenAll(_logs.Values.Append(_watching));
        await everything.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WatchAsync(string resourceVersion, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await foreach (var change in _kube.WatchAsync($"{_path}?{OursOnly}&{Watch}{resourceVersion}", ct))
                {
                    if (change.Type == "ERROR")
                    {
                        break;
                    }
                    resourceVersion = change.Object.Text("metadata", "resourceVersion") ?? resourceVersion;
                    if (change.Type != "BOOKMARK")
                    {
                        Record(change, ct);
                    }
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The server is gone, and with it everybody's means to change anything.
            }
            resourceVersion = await CatchUpAsync(ct) ?? resourceVersion;
        }
    }

    /// <summary>
    /// Records what changed while there was no watch. Nothing can have come and gone unseen: a sync pod stays for its
    /// startingDeadline and more, and this comes a moment after the watch broke or the server was back.
    /// </summary>
    private async Task<string?> CatchUpAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await timer.WaitForNextTickAsync(ct))
        {
            try
            {
                var list = await _kube.GetAsync($"{_path}?{OursOnly}", ct);
                var pods = list.Items("items").ToList();
                foreach (var pod in pods)
                {
                    Record(new WatchEvent("MODIFIED", pod), ct);
                }
                var there = pods.Select(p => p.Text("metadata", "uid")).ToHashSet();
                foreach (var gone in Remembered().Where(r => !r.IsGone && !there.Contains(r.Uid)))
                {
                    Remember(new WatchEvent("DELETED", gone.Json));
                }
                return list.Text("metadata", "resourceVersion");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException)
            {
                // Not back yet, or not well: an API server without its etcd answers with errors.
            }
        }
        return null;
    }

    private void Record(WatchEvent change, CancellationToken ct)
    {
        var run = Remember(change);
        // The log goes with the pod, so it is read as soon as it is complete; nobody waits for it meanwhile.
        if (run.ExitCode is not null && !run.IsGone && !_logs.ContainsKey(run.Uid))
        {
            _logs[run.Uid] = ReadLogAsync(run, ct);
        }
    }

    private async Task ReadLogAsync(SeenRun run, CancellationToken ct)
    {
        var log = await FindLogAsync(run, ct);
        lock (_lock)
        {
            _runs[run.Uid] = _runs[run.Uid] with { Log = LinesOf(log), IsLogRead = true, IsLogLost = log is null };
        }
    }

    /// <summary>A busy kubelet, or a server that is gone, refuses it for a while: it is asked for as long as the pod is there.</summary>
    private async Task<string?> FindLogAsync(SeenRun run, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        do
        {
            try
            {
                if (
                    await _kube.FindTextAsync($"{_path}/{run.Pod}/log", ct) is { } log
                    && !log.StartsWith(NoLog, StringComparison.Ordinal)
                )
                {
                    return log;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The server is gone, perhaps with what only logs can prove.
            }
        } while (!IsGone(run.Uid) && await timer.WaitForNextTickAsync(ct));
        return null;
    }

    private bool IsGone(string uid)
    {
        lock (_lock)
        {
            return _runs[uid].IsGone;
        }
    }

    private SeenRun Remember(WatchEvent change)
    {
        var uid = change.Object.Text("metadata", "uid") ?? "";
        lock (_lock)
        {
            var (number, at) = (++_changes, TimeProvider.System.GetUtcNow());
            var run = _runs.TryGetValue(uid, out var before)
                ? before.Then(change.Object, number, at)
                : SeenRun.Read(change.Object, number, at);
            if (change.Type == "DELETED")
            {
                run = run.Gone(number, at);
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
