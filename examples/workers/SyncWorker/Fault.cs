using System.Globalization;
using System.Runtime.InteropServices;

namespace SyncWorker;

/// <summary>
/// Faults for end-to-end tests of the operator, chosen by the environment variable WORKER_FAULT. A real worker needs none of
/// this; skip this file when you read the example.
/// </summary>
public static class Fault
{
    /// <summary>Faults before the first store: exit1, garbage, silent, idle, toomany, hang, hog. Returns the exit code; null: go on.</summary>
    public static async Task<int?> AtStartAsync(
        string? fault,
        Report report,
        int stores,
        TimeProvider time,
        CancellationToken stop
    )
    {
        switch (fault)
        {
            case "exit1":
                return 1;
            case "silent":
                return 0;
            case "idle":
                report.WriteRaw(
                    $$"""{"v":1,"s":[{{string.Join(',', Enumerable.Repeat("{\"ok\":0,\"failed\":0}", stores))}}]}"""
                );
                return 0;
            case "garbage":
                report.WriteRaw(new string('#', 4000));
                return 0;
            case "toomany":
                report.WriteRaw(
                    $$"""{"v":1,"s":[{{string.Join(',', Enumerable.Repeat("{\"ok\":1,\"failed\":0}", stores + 1))}}]}"""
                );
                return 0;
            case "hang":
                await Task.Delay(Timeout.InfiniteTimeSpan, time, stop);
                return 0;
            case "hog":
                TakeAllMemory();
                return 0;
            default:
                return null;
        }
    }

    /// <summary>
    /// Allocates outside the managed heap, because the heap limit is below the container's limit. So the kernel kills the process.
    /// </summary>
    private static void TakeAllMemory()
    {
        var ones = new byte[16 * 1024 * 1024];
        Array.Fill(ones, (byte)1);
        while (true)
        {
            Marshal.Copy(ones, 0, Marshal.AllocHGlobal(ones.Length), ones.Length);
        }
    }

    /// <summary>
    /// polite:SECONDS. As slow:SECONDS, but a worker that was asked to stop exits with 0, as many frameworks do. Otherwise with 143, as a
    /// process that SIGTERM ends.
    /// </summary>
    public static int ExitCodeOfStopped(string? fault) =>
        fault?.StartsWith("polite:", StringComparison.Ordinal) == true ? 0 : 128 + 15;

    /// <summary>Every item of the store fails: break:STORE.</summary>
    public static bool Breaks(string? fault, string store) => fault == $"break:{store}";

    /// <summary>Faults at each store: crash:STORE, slow:SECONDS, polite:SECONDS.</summary>
    public static async Task AtStoreAsync(string? fault, string store, TimeProvider time, CancellationToken stop)
    {
        if (fault == $"crash:{store}")
        {
            Environment.FailFast($"fault: crash at {store}");
        }
        if (fault?.Split(':') is ["slow" or "polite", var seconds])
        {
            await Task.Delay(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), time, stop);
        }
    }
}
