using System.Runtime.InteropServices;
using System.Text.Json;

namespace SyncWorker;

/// <summary>One log line per store, for people and tests.</summary>
public sealed record LogLine(
    string Version,
    string Revision,
    string Flow,
    string Occasion,
    string Store,
    int Ok,
    int Failed,
    string? Problem
);

internal static class Program
{
    /// <summary>How far back the first run of a store reads orders.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(20);

    private static async Task<int> Main()
    {
        var time = TimeProvider.System;
        var root = Setting("SYNC_ROOT", "/sync");
        var run =
            JsonSerializer.Deserialize(
                await File.ReadAllBytesAsync(Path.Combine(root, "run.json")),
                WorkerJson.Default.RunFile
            ) ?? throw new InvalidDataException("run.json is null");
        var report = new Report(Setting("TERMINATION_LOG", "/dev/termination-log"), run.Stores.Count);
        var fault = Environment.GetEnvironmentVariable("WORKER_FAULT");

        // A worker must exit when its deadline has passed.
        using var deadline = new CancellationTokenSource(Positive(run.Deadline - time.GetUtcNow()), time);
        if (await Fault.AtStartAsync(fault, report, run.Stores.Count, time, deadline.Token) is { } code)
        {
            return code;
        }
        var version = Setting("WORKER_VERSION", "1.0");
        using var http = new HttpClient
        {
            BaseAddress = new Uri(Setting("MARKETPLACE_URL", "http://127.0.0.1:8080") + "/"),
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd($"sync-worker/{version}");
        var marketplace = new MarketplaceClient(http, time, deadline.Token);
        var sync = new OrderSync(marketplace, version);
        // In a container, a first process without a handler ignores SIGTERM, and is killed when the grace period is over.
        using var asked = new CancellationTokenSource();
        using var stop = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            signal =>
            {
                signal.Cancel = true;
                asked.Cancel();
            }
        );
        bool HasTime() => !deadline.IsCancellationRequested && !asked.IsCancellationRequested;
        for (var i = 0; i < run.Stores.Count && HasTime(); i++)
        {
            var store = run.Stores[i];
            await Fault.AtStoreAsync(fault, store.Name, time, deadline.Token);
            var counts = new StoreCounts();
            var problem = await SyncStoreAsync(
                sync,
                marketplace,
                run,
                store,
                Path.Combine(root, "credentials"),
                counts
            );
            if (Fault.Breaks(fault, store.Name))
            {
                counts.FailAll();
            }
            report.Write(i, counts);
            var line = new LogLine(
                version,
                run.Revision,
                run.Flow,
                run.Occasion,
                store.Name,
                counts.Ok,
                counts.Failed,
                problem
            );
            Console.WriteLine(JsonSerializer.Serialize(line, WorkerJson.Default.LogLine));
        }
        return asked.IsCancellationRequested ? Fault.ExitCodeOfStopped(fault) : 0;
    }

    /// <summary>Syncs one store. Counts and returns its failure, so that the other stores continue; null: no failure.</summary>
    private static async Task<string?> SyncStoreAsync(
        OrderSync sync,
        MarketplaceClient marketplace,
        RunFile run,
        RunStore store,
        string credentials,
        StoreCounts counts
    )
    {
        try
        {
            var own = Path.Combine(credentials, "stores", store.Name);
            await marketplace.SignInAsync(Directory.Exists(own) ? own : Path.Combine(credentials, "app"));
            await sync.RunAsync(store.Name, store.Since ?? run.Slot - FirstLook, run.Slot, counts);
            return null;
        }
        catch (MarketplaceException e)
        {
            counts.Fail(e.ErrorClass);
            return e.Message;
        }
        catch (HttpRequestException e)
        {
            counts.Fail('u');
            return e.Message;
        }
        catch (OperationCanceledException)
        {
            counts.Fail('x');
            return "the deadline has passed";
        }
    }

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    private static string Setting(string name, string fallback) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : fallback;
}
