using System.Globalization;
using System.Text.Json.Nodes;
using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Bench.Measurements;

/// <summary>
/// One connector with 10,000 stores from ConfigMaps, two flows every five minutes, for half an hour; 50 stores a run. The bench
/// ends each pod after ten seconds. Every store must run once in each slot, on time, and memory must not grow: neither the leader's
/// nor that of a standby, which sees the same pods come and go.
/// </summary>
internal sealed class Soak : IMeasurement
{
    private const int StoresPerRun = 50;
    private const int StoresPerList = 2000;
    private const int Flows = 2;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan RunTime = TimeSpan.FromSeconds(10);

    /// <summary>The time after a due time at which its runs must have ended.</summary>
    private static readonly TimeSpan Done = Period - TimeSpan.FromSeconds(10);

    public string Name => "soak";
    public string What => "10,000 stores of one connector x 2 flows every 5 minutes, for half an hour";
    public bool IsLong => true;

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var stores = cluster.Options.Scaled(10_000, StoresPerRun);
        var slots = cluster.Options.Scaled(6, 2);
        var ns = await cluster.NamespaceAsync(Name, ct);
        await using var pods = await PodEnder.StartAsync(cluster, ns, ct, RunTime);
        var seen = new Attendance(cluster.Time);
        pods.Created = seen.Note;
        var draft = await DraftAsync(cluster, ns, stores, ct);
        await using var fleet = await Fleet.StartAsync(cluster, ns, [draft], ct);
        // The fleet's operator leads by now, so this one waits for the same lease.
        await using var standby = cluster.StartOperator(fleet.Start with { Identity = "standby" });
        await standby.UntilReadyAsync(ct);
        await using var usage = await ApiUsage.StartAsync(cluster, ns, fleet.Operator, ct);
        var first = SlotAfter(cluster.Time.GetUtcNow());
        await AwaitAsync(cluster, first - TimeSpan.FromSeconds(5), ct);
        var before = await usage.ReadAsync(ct);
        var (leading, waiting) = (new List<double>(), new List<double>());
        for (var slot = first; slot < first + (slots * Period); slot += Period)
        {
            await AwaitAsync(cluster, slot + Done, ct);
            leading.Add(fleet.Operator.Memory().Now);
            waiting.Add(standby.Memory().Now);
        }
        var calls = (await usage.ReadAsync(ct)).Since(before);
        seen.RequireEach(first, Period, slots, Flows, stores);
        return
        [
            .. FiguresOf(seen, calls, (slots, stores, pods.Deleted)),
            GrowthOf("soak.growth", "the leader's", leading, fleet.Operator.Memory().Peak),
            GrowthOf("soak.standby-growth", "the standby's", waiting, standby.Memory().Peak),
        ];
    }

    private static Figure GrowthOf(string figure, string whose, List<double> memory, double peak) =>
        new(
            figure,
            $"{whose} resident memory after the last slot against after the second",
            memory[^1] / memory[Math.Min(1, memory.Count - 1)],
            "x",
            $"{string.Join(", ", memory.Select(m => $"{m:0}"))} MiB after each slot, {peak:0} at its highest"
        );

    private static Figure[] FiguresOf(Attendance seen, ApiCalls calls, (int Slots, int Stores, int Pruned) shape)
    {
        var runs = seen.Delays.Count;
        double Delay(double share) => Statistics.Percentile(seen.Delays, share);
        var what = $"{runs} runs, {shape.Slots} slots x {Flows} flows x {shape.Stores} stores, each store once in each";
        return
        [
            new Figure(
                "soak.delay",
                "slot to its pod created, p99",
                Delay(0.99),
                "s",
                $"{what}; p50 {Delay(0.5):0.00} s, last {Delay(1):0.00} s"
            ),
            new Figure(
                "soak.extra-writes",
                "writes per run beyond its pod's creation and deletion",
                (calls.Writes - runs - shape.Pruned) / runs,
                "",
                $"{calls.Creates / runs:0.##} creates, {calls.Deletes / runs:0.##} deletes, {calls.Replaces / runs:0.###} replaces"
            ),
            new Figure(
                "soak.reads",
                "reads per run",
                calls.Reads / runs,
                "",
                $"{calls.Gets / runs:0.##} GET, {calls.Lists / runs:0.###} LIST"
            ),
        ];
    }

    private static async Task<ConnectorDraft> DraftAsync(
        BenchCluster cluster,
        string ns,
        int stores,
        CancellationToken ct
    )
    {
        var lists = new List<string>();
        for (var first = 1; first <= stores; first += StoresPerList)
        {
            lists.Add(string.Create(CultureInfo.InvariantCulture, $"stores-{first}"));
            var list = Manifests.StoreList(lists[^1], first, Math.Min(StoresPerList, stores - first + 1));
            await cluster.Api.CreateAsync(CoreTypes.ConfigMaps, ns, list, ct);
        }
        return new ConnectorDraft("everything", "*/5 * * * *")
        {
            Stores = 0,
            StoreLists = lists,
            StoresPerRun = StoresPerRun,
            ConcurrentRuns = 200,
            Flows = Flows,
            StartingDeadline = "2m",
        };
    }

    private static DateTimeOffset SlotAfter(DateTimeOffset now) =>
        DateTimeOffset.UnixEpoch + ((Math.Floor((now - DateTimeOffset.UnixEpoch) / Period) + 1) * Period);

    private static Task AwaitAsync(BenchCluster cluster, DateTimeOffset at, CancellationToken ct)
    {
        var rest = at - cluster.Time.GetUtcNow();
        return rest > TimeSpan.Zero ? Task.Delay(rest, cluster.Time, ct) : Task.CompletedTask;
    }

    /// <summary>The runs of each store by flow and slot, and the delay from the slot to its pod.</summary>
    private sealed class Attendance(TimeProvider time)
    {
        private readonly Dictionary<(string Flow, string Occasion), Dictionary<string, int>> _came = [];

        public List<double> Delays { get; } = [];

        public void Note(KubeObject pod)
        {
            var occasion = pod.Label(PodMarks.Occasion) ?? "";
            var slot = DateTimeOffset.FromUnixTimeSeconds(long.Parse(occasion.AsSpan(1), CultureInfo.InvariantCulture));
            Delays.Add((time.GetUtcNow() - slot).TotalSeconds);
            var key = (pod.Label(PodMarks.Flow) ?? "", occasion);
            var came = _came.TryGetValue(key, out var stores) ? stores : _came[key] = new(StringComparer.Ordinal);
            var fingerprint = JsonNode.Parse(pod.Annotation(PodMarks.Fingerprint) ?? "{}")!; // an object
            foreach (var store in fingerprint["stores"]!.AsArray()) // the operator writes it on each of its pods
            {
                came[(string)store!] = came.GetValueOrDefault((string)store!) + 1; // store names are never null
            }
        }

        /// <summary>Throws unless every store ran exactly once in each slot of each flow.</summary>
        public void RequireEach(DateTimeOffset first, TimeSpan period, int slots, int flows, int stores)
        {
            for (var i = 0; i < slots; i++)
            {
                var slot = first + (i * period);
                var occasion = string.Create(CultureInfo.InvariantCulture, $"s{slot.ToUnixTimeSeconds()}");
                var lists = _came.Where(c => c.Key.Occasion == occasion).Select(c => c.Value).ToList();
                var once = lists.Sum(l => l.Values.Count(n => n == 1));
                if (once != flows * stores)
                {
                    throw new BenchException(
                        $"slot {slot:HH:mm:ss}: {once} of {flows * stores} stores ran once, {lists.Sum(l => l.Count)} ran at all"
                    );
                }
            }
        }
    }
}
