using System.Text.Json;
using Operator.Bench.Reporting;
using Operator.Bench.World;
using Operator.Runtime;

namespace Operator.Bench.Measurements;

/// <summary>
/// All connectors are due at one instant. Measures pods created per second, from the first to the last that a watch sees, against
/// a bare loop that creates copies of these pods with the same number of requests in flight.
/// </summary>
internal sealed class Creation : IMeasurement
{
    private const int Workers = 4;

    /// <summary>The most creations of one connector that the operator has in flight.</summary>
    private const int MostInFlightEach = 16;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public string Name => "creation";
    public string What => "connectors due at once: pods created per second";

    public async Task<IReadOnlyList<Figure>> MeasureAsync(BenchCluster cluster, CancellationToken ct)
    {
        var connectors = cluster.Options.Scaled(1000, 20);
        var one = await MeasureAsync(cluster, new Shape("creation", connectors, RunsEach: 1), ct);
        var ten = await MeasureAsync(cluster, new Shape("creation10", Math.Max(1, connectors / 10), RunsEach: 10), ct);
        return [.. one, .. ten];
    }

    /// <summary>The number of connectors, and the runs of each connector, with one store a run.</summary>
    private sealed record Shape(string Name, int Connectors, int RunsEach)
    {
        public int Pods => Connectors * RunsEach;
        public int InFlight => Workers * Math.Min(MostInFlightEach, RunsEach);
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(
        BenchCluster cluster,
        Shape shape,
        CancellationToken ct
    )
    {
        var burst = await OperatorAsync(cluster, shape, ct);
        var bare = await BareAsync(cluster, shape, burst.Pods, ct);
        var calls = burst.Calls;
        return
        [
            new Figure(
                $"{shape.Name}.ratio",
                $"{shape.Connectors} connectors due at once, {shape.RunsEach} runs each, against a bare loop",
                burst.PerSecond / bare,
                "",
                $"{burst.PerSecond:0} and {bare:0} pods/s, {shape.InFlight} requests in flight"
            ),
            new Figure(
                $"{shape.Name}.calls",
                "the operator's calls per pod until the last pod was seen",
                (calls.Reads + calls.Writes) / shape.Pods,
                "",
                $"{calls.Gets} GET, {calls.Lists} LIST, {calls.Creates} POST, {calls.Replaces} PUT, {calls.Patches} PATCH, {calls.Deletes} DELETE for {shape.Pods} pods, lease included"
            ),
        ];
    }

    private sealed record Burst(double PerSecond, IReadOnlyList<JsonElement> Pods, ApiCalls Calls);

    private static async Task<Burst> OperatorAsync(BenchCluster cluster, Shape shape, CancellationToken ct)
    {
        // Long enough for every connector to be observed and at rest before the slot.
        var lead = TimeSpan.FromSeconds(25) + (shape.Connectors * TimeSpan.FromMilliseconds(50));
        var due = DueOnce.NotBefore(cluster.Time.GetUtcNow() + lead);
        ConnectorDraft[] drafts =
        [
            .. Enumerable
                .Range(0, shape.Connectors)
                .Select(i => new ConnectorDraft(Manifests.NameOf(i), due.Schedule)
                {
                    Stores = shape.RunsEach,
                    StoresPerRun = 1,
                }),
        ];
        await using var fleet = await Fleet.StartAsync(
            cluster,
            await cluster.NamespaceAsync(shape.Name, ct),
            drafts,
            ct
        );
        if (cluster.Time.GetUtcNow() >= due.At)
        {
            throw new BenchException(
                $"{shape.Connectors} connectors were not at rest within {lead.TotalSeconds:0} s: the machine is too busy to measure"
            );
        }
        var before = ApiCalls.Of(await fleet.Operator.MetricsAsync(ct));
        var counter = new PodCounter(cluster.Time);
        await using var pods = await ObjectWatch.StartAsync(cluster, CoreTypes.Pods, fleet.Namespace, counter.See, ct);
        await pods.UntilAsync(
            () => counter.Pods.Count == shape.Pods,
            due.At - cluster.Time.GetUtcNow() + Limit,
            () => $"{shape.Pods} pods; there are {counter.Pods.Count}",
            ct
        );
        var calls = ApiCalls.Of(await fleet.Operator.MetricsAsync(ct)) - before;
        return new Burst(counter.PerSecond, counter.Pods, calls);
    }

    private static async Task<double> BareAsync(
        BenchCluster cluster,
        Shape shape,
        IReadOnlyList<JsonElement> pods,
        CancellationToken ct
    )
    {
        var ns = await cluster.NamespaceAsync($"{shape.Name}-bare", ct);
        byte[][] copies = [.. pods.Select((pod, i) => Manifests.CopyOf(pod, ns, $"bare-{i:00000}-0123456789abcdef"))];
        var counter = new PodCounter(cluster.Time);
        await using var watch = await ObjectWatch.StartAsync(cluster, CoreTypes.Pods, ns, counter.See, ct);
        await BenchCluster.InParallelAsync(
            copies,
            shape.InFlight,
            (copy, token) => cluster.Api.CreateAsync(CoreTypes.Pods, ns, copy, token),
            ct
        );
        await watch.UntilAsync(() => counter.Pods.Count == shape.Pods, Limit, () => "the bare pods", ct);
        return counter.PerSecond;
    }

    /// <summary>Counts pods when their creation is seen.</summary>
    private sealed class PodCounter(TimeProvider time)
    {
        private long _first;
        private long _last;

        public List<JsonElement> Pods { get; } = [];

        public double PerSecond => (Pods.Count - 1) / time.GetElapsedTime(_first, _last).TotalSeconds;

        public void See(Sighting sighting)
        {
            if (sighting.Event.Kind != WatchKind.Added)
            {
                return;
            }
            _first = Pods.Count == 0 ? sighting.At : _first;
            _last = sighting.At;
            Pods.Add(sighting.Object.Json);
        }
    }
}
