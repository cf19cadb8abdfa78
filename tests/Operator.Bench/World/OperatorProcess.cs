using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Operator.Bench.World;

/// <summary>How to start an operator. Operators with the same lease compete for it.</summary>
internal sealed record OperatorStart(string Namespace, string Lease)
{
    public string Identity { get; init; } = "bench";
    public int Workers { get; init; } = 4;
}

/// <summary>
/// The operator as a local process: its log lines as they come, its metrics, and its memory from the kernel. Disposing kills the
/// process, which the operator is built to survive.
/// </summary>
internal sealed class OperatorProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    private readonly Process _process;
    private readonly HttpClient _http;
    private readonly StreamWriter _log;
    private readonly TimeProvider _time;
    private readonly Task _reading;
    private readonly Lock _gate = new();
    private readonly List<Awaited> _awaited = [];

    private OperatorProcess(Process process, int port, StreamWriter log, TimeProvider time)
    {
        (_process, _log, _time) = (process, log, time);
        _http = new HttpClient
        {
            BaseAddress = new Uri($"http://127.0.0.1:{port}/"),
            Timeout = TimeSpan.FromSeconds(20),
        };
        StartedAt = time.GetTimestamp();
        process.Start();
        _reading = ReadAsync();
    }

    private sealed record Awaited(string Text, TaskCompletionSource<long> Seen);

    /// <summary>The timestamp just before the process started.</summary>
    public long StartedAt { get; }

    public static OperatorProcess Start(BenchOptions options, OperatorStart start, TimeProvider time)
    {
        var port = FreePort();
        var info = new ProcessStartInfo(options.Operator)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                $"--http-port={port}",
                $"--watch-namespace={start.Namespace}",
                $"--lease-namespace={start.Namespace}",
                $"--lease-name={start.Lease}",
                $"--identity={start.Identity}",
                $"--workers={start.Workers}",
                // Operators of one measurement take over from each other, also under leases of different names.
                "--instance-id=bench",
            },
        };
        info.Environment["KUBECONFIG"] = options.Kubeconfig;
        // .NET sets this by itself in the chart's container: three quarters of its limit of 256 MiB. In hexadecimal digits.
        info.Environment["DOTNET_GCHeapHardLimit"] = (192 * 1024 * 1024).ToString("X", CultureInfo.InvariantCulture);
        var folder = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.OutFile)) ?? ".", "logs");
        Directory.CreateDirectory(folder);
        var log = new StreamWriter(Path.Combine(folder, $"{start.Namespace}-{start.Lease}-{start.Identity}.log"));
        return new OperatorProcess(new Process { StartInfo = info }, port, log, time);
    }

    /// <summary>The timestamp of the next log line that contains the text. Call this before the action that causes the line.</summary>
    public Task<long> NextLineAsync(string text)
    {
        var awaited = new Awaited(text, new(TaskCreationOptions.RunContinuationsAsynchronously));
        lock (_gate)
        {
            _awaited.Add(awaited);
        }
        return awaited.Seen.Task.WaitAsync(StartLimit, _time);
    }

    /// <summary>Waits until <c>/readyz</c> succeeds, that is, all caches are synced; returns the timestamp.</summary>
    public async Task<long> UntilReadyAsync(CancellationToken ct)
    {
        while (_time.GetElapsedTime(StartedAt) < StartLimit)
        {
            if (await IsReadyAsync(ct))
            {
                return _time.GetTimestamp();
            }
            await Task.Delay(Poll, _time, ct);
        }
        throw new BenchException(
            $"the operator was not ready within {StartLimit.TotalSeconds:0} s; its log: {LogFile}"
        );
    }

    public async Task<MetricsText> MetricsAsync(CancellationToken ct) =>
        MetricsText.Parse(await _http.GetStringAsync("metrics", ct));

    /// <summary>Waits until two reads in a row show at least this total of reconciles, and nothing queued or in flight.</summary>
    public async Task UntilSettledAsync(double reconciles, TimeSpan limit, CancellationToken ct)
    {
        var start = _time.GetTimestamp();
        var before = -1.0;
        while (_time.GetElapsedTime(start) < limit)
        {
            var metrics = await MetricsAsync(ct);
            var done = metrics.Sum("controller_runtime_reconcile_total");
            var isBusy = metrics.Sum("workqueue_depth") > 0 || metrics.Sum("controller_runtime_active_workers") > 0;
            if (!isBusy && done >= reconciles && done.Equals(before))
            {
                return;
            }
            before = done;
            await Task.Delay(TimeSpan.FromMilliseconds(500), _time, ct);
        }
        throw new BenchException($"the operator had not settled after {limit.TotalSeconds:0} s; its log: {LogFile}");
    }

    /// <summary>Resident memory now and its peak, in MiB.</summary>
    public (double Now, double Peak) Memory()
    {
        var status = File.ReadAllLines($"/proc/{_process.Id}/status");
        return (MebibytesOf(status, "VmRSS:"), MebibytesOf(status, "VmHWM:"));
    }

    /// <summary>The processor time since the start.</summary>
    public TimeSpan ProcessorTime()
    {
        _process.Refresh();
        return _process.TotalProcessorTime;
    }

    /// <summary>Sends SIGKILL: the operator cannot release its lease.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Sends SIGTERM, as the kubelet does: the operator ends its work and releases its lease.</summary>
    public async Task TerminateAsync(CancellationToken ct)
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        await _process.WaitForExitAsync(CancellationToken.None); // a killed process ends within milliseconds
        await _reading;
        await _log.DisposeAsync();
        _http.Dispose();
        _process.Dispose();
    }

    private string LogFile => ((FileStream)_log.BaseStream).Name;

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var at = _time.GetTimestamp();
            lock (_gate)
            {
                foreach (var met in _awaited.Where(a => line.Contains(a.Text, StringComparison.Ordinal)).ToList())
                {
                    _awaited.Remove(met);
                    met.Seen.SetResult(at);
                }
            }
            await _log.WriteLineAsync(line);
        }
        await _log.FlushAsync();
    }

    private async Task<bool> IsReadyAsync(CancellationToken ct)
    {
        if (_process.HasExited)
        {
            throw new BenchException($"the operator ended with {_process.ExitCode}; its log: {LogFile}");
        }
        try
        {
            using var answer = await _http.GetAsync("readyz", ct);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // its port is not open yet
        }
    }

    private static double MebibytesOf(string[] status, string field)
    {
        var line = status.First(l => l.StartsWith(field, StringComparison.Ordinal));
        var kibibytes = line[field.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return double.Parse(kibibytes, CultureInfo.InvariantCulture) / 1024;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
