using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>
/// Watches a namespace from before the story starts and records every sync pod with its worker's log. Stories check these
/// records, not what the operator reports about itself.
/// </summary>
internal sealed class PodRecorder : IAsyncDisposable
{
    private const string OursOnly = "labelSelector=marketplace-operator.io/connector";
    private const string Watch = "watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=";

    /// <summary>A kubelet that no longer has the container sends this text with status 200 in place of the log.</summary>
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

    /// <summary>All runs so far, oldest first. Throws when the watch or a log has failed: checks with a gap prove nothing.</summary>
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
            throw new InvalidOperationException(
                $"namespace {ns} already has pods; start the recorder before its story"
            );
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
                // The server is gone, so no object can change meanwhile.
            }
            resourceVersion = await CatchUpAsync(ct) ?? resourceVersion;
        }
    }

    /// <summary>
    /// Records changes during the gap between two watches. No pod is missed: a sync pod stays longer than its startingDeadline, and
    /// the gap ends soon after the watch broke or the server is back.
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
                // The server is not back yet, or fails: an API server without its etcd answers with errors.
            }
        }
        return null;
    }

    private void Record(WatchEvent change, CancellationToken ct)
    {
        var run = Remember(change);
        // The log is lost when the pod is deleted, so it is read in the background as soon as it is complete.
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

    /// <summary>Retries while the pod exists: a busy kubelet or a missing server refuses the log for some time. Null: log lost.</summary>
    private async Task<string?> FindLogAsync(SeenRun run, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        do
        {
            try
            {
                if (
                    await _kube.FindTextAsync($"{_path}/{run.Pod}/log?container=sync", ct) is { } log
                    && !log.StartsWith(NoLog, StringComparison.Ordinal)
                )
                {
                    return log;
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // The server is gone; try again, because some checks need the log.
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
                .Select(l => JsonSerializer.Deserialize<WorkerLine>(l, JsonSerializerOptions.Web)!), // the brace makes it an object
        ];
}
