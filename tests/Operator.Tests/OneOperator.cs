using Operator.Runtime;
using Operator.Testing;
using Operator.Tests.Simulation;

namespace Operator.Tests;

/// <summary>A fake cluster that runs sync pods, and one real operator for it, in virtual time.</summary>
internal sealed class OneOperator : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);
    private OperatorProcess _process;

    public OneOperator()
        : this(Noon) { }

    public OneOperator(DateTimeOffset begin)
        : this(begin, SyncPods.Script, seed: 1) { }

    public OneOperator(
        DateTimeOffset begin,
        Func<KubeObject, PodScript> pods,
        int seed,
        int finishedPodsCap = OperatorProcess.FinishedPodsCap
    )
    {
        Time = new VirtualTime(begin);
        Cluster = new FakeCluster(Time);
        Cluster.RunPods(pods);
        var options = OperatorProcess.Options("operator-1");
        options.FinishedPodsCap = finishedPodsCap;
        _process = new OperatorProcess(Cluster, Time, options, seed);
    }

    public VirtualTime Time { get; }
    public FakeCluster Cluster { get; }
    public IEnumerable<string> Log => _process.Log.Lines;

    public FaultPlan Faults => _process.Client.Faults;

    /// <summary>The metrics of the process.</summary>
    public Prometheus.CollectorRegistry Registry => _process.Registry;

    /// <summary>How far the operator's watches are behind.</summary>
    public TimeSpan WatchLag
    {
        set => _process.Client.WatchLag = value;
    }

    /// <summary>Pods in the operator's memory, also deleted ones.</summary>
    public int PodsKept => _process.Cache.PodsKept;

    /// <summary>How long a call waits for an answer.</summary>
    public TimeSpan CallTimeout
    {
        set => _process.Client.CallTimeout = value;
    }

    public void Start() => _process.Start();

    public void RunFor(TimeSpan time)
    {
        var end = Time.Elapsed + time;
        do
        {
            while (_process.Drain()) { }
        } while (Time.FireNext(end));
    }

    /// <summary>Stops the operator and starts another one after <paramref name="time"/>.</summary>
    public void Sleep(TimeSpan time)
    {
        _process.Stop();
        RunFor(time);
        _process.Dispose();
        _process = new OperatorProcess(Cluster, Time, "operator-2", seed: 2);
        _process.Start();
    }

    /// <summary>The condition of the object as "reason: message"; null when it has no condition of this type.</summary>
    public string? Condition(ResourceType type, ObjectKey key, string condition) =>
        Cluster
            .Find(type, key)!
            .Json.GetProperty("status") // the test created the object, and the operator wrote its status
            .GetProperty("conditions")
            .EnumerateArray()
            .Where(c => c.GetProperty("type").GetString() == condition)
            .Select(c => $"{c.GetProperty("reason").GetString()}: {c.GetProperty("message").GetString()}")
            .SingleOrDefault();

    public string Ready(ResourceType type, ObjectKey key) => Condition(type, key, Api.ConditionTypes.Ready) ?? "";

    public void Dispose()
    {
        _process.Dispose();
        Cluster.Dispose();
    }
}
