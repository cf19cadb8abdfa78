using System.Globalization;
using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Planning.Facts;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Bench.Measurements;

/// <summary>
/// 1,000 stores, two flows with one store a run, and a version that fails each run of the first flow, while some 500 of its runs of the second
/// are live: the time from the last end of an occasion to the verdict's first stopped run, and from there to the last one.
/// </summary>
internal sealed class Verdict : IMeasurement
{
    private const int StoresEach = 250;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public string Name => "verdict";
    public string What => "a bad version with 500 live runs: time to its verdict, and until they are stopped";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var lists = cluster.Options.Scaled(3, 0);
        var ns = await cluster.NamespaceAsync(Name, ct);
        var names = Enumerable.Range(1, lists).Select(i => $"stores-{i}").ToList();
        foreach (var (i, name) in names.Index())
        {
            var list = Manifests.StoreList(name, StoresEach * (i + 1) + 1, StoresEach);
            await cluster.Api.CreateAsync(CoreTypes.ConfigMaps, ns, list, ct);
        }
        var pods = new Pods(cluster);
        await using var ender = await PodEnder.StartAsync(cluster, ns, ct);
        (ender.Script, ender.Ended) = (pods.ScriptOf, pods.Ended);
        await using var watch = await ObjectWatch.StartAsync(cluster, CoreTypes.Pods, ns, pods.See, ct);
        var draft = new ConnectorDraft(
            "shop",
            string.Create(CultureInfo.InvariantCulture, $"@every {Period.TotalSeconds}s")
        )
        {
            Stores = StoresEach,
            StoreLists = names,
            Flows = 2,
            StoresPerRun = 1,
            ConcurrentRuns = 1000,
            StartingDeadline = "50s",
            UpdatePolicy = "Rollout",
        };
        await cluster.Api.CreateAsync(BenchCluster.Rollouts, ns, Manifests.Rollout(draft.Name), ct);
        await using var fleet = await Fleet.StartAsync(cluster, ns, [draft], ct);
        await watch.UntilAsync(() => pods.Good > 0, Limit, () => "the first good run", ct);
        await watch.UntilAsync(() => pods.IsQuiet, Limit, () => "the end of the first due time", ct);

        pods.IsBad = true;
        var changed = Manifests.WithImage(fleet.Newest(draft.Name).Json, "localhost/bad:1");
        await cluster.Api.ReplaceAsync(BenchCluster.Connectors, new ObjectKey(ns, draft.Name), changed, ct);
        await watch.UntilAsync(() => pods.Stopped > 0, Limit, () => "a stopped run", ct);
        await watch.UntilAsync(
            () => pods.LiveCandidates == 0,
            Limit,
            () => $"{pods.LiveCandidates} runs to be stopped",
            ct
        );
        var (runs, told, stopped) = watch.Read(() =>
            (
                pods.Stopped,
                cluster.Time.GetElapsedTime(pods.LastEnd, pods.FirstStop).TotalSeconds,
                cluster.Time.GetElapsedTime(pods.FirstStop, pods.LastStop).TotalSeconds
            )
        );
        return
        [
            new Figure(
                "verdict.seconds",
                "last end of an occasion to the first stopped run",
                told,
                "s",
                $"{StoresEach * (lists + 1)} stores; settling, the verdict, its commit and the first deletion"
            ),
            new Figure(
                "verdict.stop.seconds",
                "from there to the last stopped run",
                stopped,
                "s",
                $"{runs} live runs of the candidate"
            ),
        ];
    }

    /// <summary>What becomes of the pods. Read and written under the watch's lock, but for the ends.</summary>
    private sealed class Pods(BenchCluster cluster)
    {
        private readonly HashSet<string> _live = new(StringComparer.Ordinal);
        private readonly HashSet<string> _candidates = new(StringComparer.Ordinal);
        private long _lastEnd;

        public bool IsBad { get; set; }
        public int Good { get; private set; }
        public int Stopped { get; private set; }
        public long FirstStop { get; private set; }
        public long LastStop { get; private set; }
        public long LastEnd => Interlocked.Read(ref _lastEnd);
        public int LiveCandidates => _candidates.Count;
        public bool IsQuiet => _live.Count == 0;

        /// <summary>Runs of the second flow stay, once there is a candidate.</summary>
        public PodScript? ScriptOf(KubeObject pod) =>
            IsCandidate(pod)
                ? IsOfFirstFlow(pod)
                    ? PodScript.Fails(1)
                    : null
                : IsBad && !IsOfFirstFlow(pod)
                    ? null
                    : PodScript.Succeeds(PodEnder.ReportOf(pod));

        public void Ended(KubeObject pod)
        {
            if (IsBad && IsOfFirstFlow(pod) && Stopped == 0)
            {
                Interlocked.Exchange(ref _lastEnd, cluster.Time.GetTimestamp());
            }
        }

        public void See(Sighting sighting)
        {
            var pod = sighting.Object;
            var hasEnded = pod.Json.Text("status", "phase") is "Succeeded" or "Failed";
            if (sighting.Event.Kind == WatchKind.Deleted || hasEnded)
            {
                Good += hasEnded && _live.Contains(pod.Name) ? 1 : 0;
                _live.Remove(pod.Name);
                if (_candidates.Remove(pod.Name) && !hasEnded)
                {
                    Stopped++;
                    FirstStop = Stopped == 1 ? sighting.At : FirstStop;
                    LastStop = sighting.At;
                }
                return;
            }
            _live.Add(pod.Name);
            if (IsCandidate(pod) && !IsOfFirstFlow(pod))
            {
                _candidates.Add(pod.Name);
            }
        }

        private static bool IsCandidate(KubeObject pod) => pod.Label(PodMarks.Arm) == "candidate";

        private static bool IsOfFirstFlow(KubeObject pod) => pod.Label(PodMarks.Flow) == "flow-1";
    }
}
