using System.Globalization;
using Operator.Bench.Reporting;
using Operator.Bench.World;

namespace Operator.Bench.Measurements;

/// <summary>
/// 10,000 stores in 40 connectors of 250, two flows, 25 stores a run: 800 runs a slot, which the bench ends. Counts whole slots,
/// after the operator has begun to prune old pods. The calls of a slot do not depend on the period of the schedule.
/// </summary>
internal sealed class CallsPerRun : IMeasurement
{
    private const int StoresEach = 250;
    private const int StoresPerRun = 25;
    private const int Flows = 2;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(45);

    /// <summary>At this time before the end of a slot, its runs must have ended and the pods of the slot before must be pruned.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    public string Name => "runs";
    public string What => "10,000 stores x 2 flows: calls per run";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var connectors = cluster.Options.Scaled(40, 2);
        var slots = cluster.Options.Scaled(2, 1);
        var ns = await cluster.NamespaceAsync(Name, ct);
        await using var pods = await PodEnder.StartAsync(cluster, ns, ct);
        await using var fleet = await Fleet.StartAsync(cluster, ns, Drafts(connectors), ct);
        await using var writes = await WritesByKind.StartAsync(cluster, ns, ct);
        await using var usage = await ApiUsage.StartAsync(cluster, ns, fleet.Operator, ct);
        async Task<Moment> LookAsync() =>
            new(
                await usage.ReadAsync(ct),
                writes.Read(),
                pods.Deleted,
                fleet.Operator.ProcessorTime(),
                fleet.Operator.Memory().Now
            );
        // The first slot is for warm-up: only later slots have pods to prune.
        var first = SlotAfter(cluster.Time.GetUtcNow()) + Period;
        await AwaitAsync(cluster, first - Margin, ct);
        var before = await LookAsync();
        await AwaitAsync(cluster, first + (slots * Period) - Margin, ct);
        var after = await LookAsync();
        var runsASlot = connectors * Flows * StoresEach / StoresPerRun;
        var runs = Enumerable.Range(0, slots).Sum(i => RunsOf(pods, first + (i * Period), runsASlot));
        var pruned = after.Pruned - before.Pruned;
        return pruned == runs
            ? FiguresOf(before, after, runs, connectors)
            : throw new BenchException($"{pruned} pods were pruned while {runs} were created: no steady state");
    }

    private sealed record Moment(
        ApiUsage.Reading Usage,
        WritesByKind.Counts Kinds,
        int Pruned,
        TimeSpan Processor,
        double Memory
    );

    private static ConnectorDraft[] Drafts(int connectors)
    {
        var schedule = string.Create(CultureInfo.InvariantCulture, $"@every {Period.TotalSeconds}s");
        return
        [
            .. Enumerable
                .Range(0, connectors)
                .Select(i => new ConnectorDraft(Manifests.NameOf(i), schedule)
                {
                    Stores = StoresEach,
                    StoresPerRun = StoresPerRun,
                    Flows = Flows,
                    StartingDeadline = "15s",
                }),
        ];
    }

    private static Figure[] FiguresOf(Moment before, Moment after, int runs, int connectors)
    {
        double Each(double count) => count / runs;
        var (calls, kinds) = (after.Usage.Since(before.Usage), after.Kinds - before.Kinds);
        var processor = Each((after.Processor - before.Processor).TotalMilliseconds);
        var shape = $"{runs} runs of {connectors} connectors with {StoresEach} stores and {Flows} flows";
        return
        [
            new Figure(
                "runs.extra-writes",
                "writes per run beyond its pod's creation and deletion",
                Each(calls.Writes) - 2,
                "",
                $"{shape}: {Each(calls.Creates - kinds.Parts - kinds.Events):0.##} pods created, {Each(calls.Deletes):0.##} deleted, {Each(kinds.Parts):0.###} parts, {Each(kinds.Heads):0.###} heads, {Each(kinds.Statuses):0.###} statuses, {Each(kinds.Events):0.###} events"
            ),
            new Figure(
                "runs.reads",
                "reads per run",
                Each(calls.Reads),
                "",
                $"{shape}: {Each(calls.Gets):0.##} GET, {Each(calls.Lists):0.##} LIST, {processor:0.0} ms of processor, {before.Memory:0} and then {after.Memory:0} MiB resident; each pod has 3 events here, {PodEnder.InFlight} are ended at a time"
            ),
        ];
    }

    private static int RunsOf(PodEnder pods, DateTimeOffset slot, int expected)
    {
        var created = pods.CreatedFor(string.Create(CultureInfo.InvariantCulture, $"s{slot.ToUnixTimeSeconds()}"));
        return created == expected
            ? created
            : throw new BenchException($"slot {slot:HH:mm:ss} had {created} runs where {expected} were due");
    }

    private static DateTimeOffset SlotAfter(DateTimeOffset now) =>
        DateTimeOffset.UnixEpoch + ((Math.Floor((now - DateTimeOffset.UnixEpoch) / Period) + 1) * Period);

    private static Task AwaitAsync(BenchCluster cluster, DateTimeOffset at, CancellationToken ct)
    {
        var rest = at - cluster.Time.GetUtcNow();
        return rest > TimeSpan.Zero
            ? Task.Delay(rest, cluster.Time, ct)
            : throw new BenchException($"{at:HH:mm:ss} has passed: the machine is too busy to measure");
    }
}
