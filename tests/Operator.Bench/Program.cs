using Operator.Bench.Measurements;
using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Runtime;

namespace Operator.Bench;

/// <summary>
/// Measures the native binary of the operator on a real API server, and a bare client in the same run. Exit code 0: within the
/// limits; 1: a limit is exceeded; 2: a measurement failed.
/// </summary>
internal static class Program
{
    private const int Exceeded = 1;
    private const int Unmeasured = 2;

    private static readonly IReadOnlyList<IMeasurement> All =
    [
        new StartUp(),
        new Takeover(),
        new Handover(),
        new SteadyState(),
        new Latency(),
        new Creation(),
        new CallsPerRun(),
        new Verdict(),
        new Footprint(),
        new Soak(),
    ];

    private static readonly IReadOnlyList<IOfflineMeasurement> Offline = [new RecordSizes(), new AttemptBytes()];

    private static async Task<int> Main(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        try
        {
            return await RunAsync(
                BenchOptions.Parse(
                    args,
                    NamesOf(All).Union(Offline.Select(m => m.Name)).ToHashSet(StringComparer.Ordinal),
                    NamesOf(All.Where(m => !m.IsLong))
                ),
                stop.Token
            );
        }
        catch (Exception e) when (e is BenchException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message}");
            return Unmeasured;
        }
    }

    private static HashSet<string> NamesOf(IEnumerable<IMeasurement> measurements) =>
        measurements.Select(m => m.Name).ToHashSet(StringComparer.Ordinal);

    private static async Task<int> RunAsync(BenchOptions options, CancellationToken ct)
    {
        var run = new Run(options, await Limits.ReadAsync(options.LimitsFile, ct), ct);
        foreach (var measurement in Offline.Where(m => options.Names.Contains(m.Name)))
        {
            await run.AddAsync(measurement.Name, measurement.What, () => measurement.MeasureAsync(options, ct));
        }
        var online = All.Where(m => options.Names.Contains(m.Name)).ToList();
        if (online.Count > 0)
        {
            using var cluster = BenchCluster.Connect(options, TimeProvider.System);
            foreach (var measurement in online)
            {
                await run.AddAsync(measurement.Name, measurement.What, () => measurement.MeasureAsync(cluster, ct));
            }
            await cluster.DeleteNamespacesAsync(ct);
        }
        return await run.EndAsync();
    }

    /// <summary>The figures so far.</summary>
    private sealed class Run(BenchOptions options, Limits limits, CancellationToken ct)
    {
        private readonly TimeProvider _time = TimeProvider.System;
        private readonly List<Figure> _figures = [];
        private bool _hasFailed;

        public async Task AddAsync(string name, string what, Func<Task<IReadOnlyList<Figure>>> measureAsync)
        {
            var start = _time.GetTimestamp();
            await Console.Error.WriteLineAsync($"  {name}: {what}");
            try
            {
                var measured = await measureAsync();
                _figures.AddRange(measured);
                await Console.Error.WriteAsync(Report.Of(measured, limits, options, _time.GetUtcNow()).Rows());
            }
            // These are faults of the cluster: the bench continues with the next measurement, and fails at the end.
            catch (Exception e)
                when (e is BenchException or KubeApiException or HttpRequestException or TimeoutException or IOException
                )
            {
                _hasFailed = true;
                await Console.Error.WriteLineAsync($"  error: {name}: {e.Message}");
            }
            await Console.Error.WriteLineAsync($"  {"", -34} {_time.GetElapsedTime(start).TotalSeconds, 6:0.0} s");
        }

        /// <summary>Writes the report, and returns the exit code.</summary>
        public async Task<int> EndAsync()
        {
            var report = Report.Of(_figures, limits, options, _time.GetUtcNow());
            await report.WriteJsonAsync(options.OutFile, ct);
            Console.Out.Write(report.Table());
            return _hasFailed ? Unmeasured
                : report.HasExceeded ? Exceeded
                : 0;
        }
    }
}
