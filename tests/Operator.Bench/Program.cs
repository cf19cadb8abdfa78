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
        new SteadyState(),
        new Latency(),
        new Creation(),
        new CallsPerRun(),
        new Footprint(),
        new Soak(),
    ];

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
                BenchOptions.Parse(args, NamesOf(All), NamesOf(All.Where(m => !m.IsLong))),
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
        var time = TimeProvider.System;
        var limits = await Limits.ReadAsync(options.LimitsFile, ct);
        using var cluster = BenchCluster.Connect(options, time);
        var figures = new List<Figure>();
        var hasFailed = false;
        foreach (var measurement in All.Where(m => options.Names.Contains(m.Name)))
        {
            var start = time.GetTimestamp();
            await Console.Error.WriteLineAsync($"  {measurement.Name}: {measurement.What}");
            try
            {
                var measured = await measurement.MeasureAsync(cluster, ct);
                figures.AddRange(measured);
                await Console.Error.WriteAsync(Report.Of(measured, limits, options, time.GetUtcNow()).Rows());
            }
            // These are faults of the cluster: the bench continues with the next measurement, and fails at the end.
            catch (Exception e)
                when (e is BenchException or KubeApiException or HttpRequestException or TimeoutException or IOException
                )
            {
                hasFailed = true;
                await Console.Error.WriteLineAsync($"  error: {measurement.Name}: {e.Message}");
            }
            await Console.Error.WriteLineAsync($"  {"", -34} {time.GetElapsedTime(start).TotalSeconds, 6:0.0} s");
        }
        await cluster.DeleteNamespacesAsync(ct);
        var report = Report.Of(figures, limits, options, time.GetUtcNow());
        await report.WriteJsonAsync(options.OutFile, ct);
        Console.Out.Write(report.Table());
        return hasFailed ? Unmeasured
            : report.HasExceeded ? Exceeded
            : 0;
    }
}
