using System.Globalization;
using Operator.Planning.Record;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>
/// A cluster with a fleet of stores, one or two operator processes and a history of faults, all drawn from a seed. The same seed
/// gives the same history, call by call.
/// </summary>
internal sealed partial class SimulatedWorld : IDisposable
{
    private static readonly ObjectKey Connector = new(FleetObjects.Namespace, FleetObjects.Name);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Chaos = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(40);
    private const int MostCallbacksAnInstant = 200_000;

    private readonly Random _random;
    private readonly VirtualTime _time;
    private readonly FakeCluster _cluster;
    private readonly FakeKubelet _kubelet;
    private readonly FleetObjects _objects;
    private readonly RunWatch _runs;
    private readonly QuotaWatch _quotas;
    private readonly ActionWatch _actions;
    private readonly FlowMaker _flows;
    private readonly AccountMaker _accounts;
    private readonly LockoutMaker _lockouts;
    private readonly List<OperatorProcess> _processes = [];
    private readonly List<string> _story = [];
    private readonly HashSet<MishapKind> _mishaps = [];
    private readonly int _seed;
    private readonly int _replicas;
    private readonly double _faultRate;
    private bool _isCalm;
    private bool _hasShippedUnproven;
    private int _started;

    public SimulatedWorld(int seed)
    {
        _seed = seed;
        _random = new Random(seed);
        _time = new VirtualTime(
            new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero).AddSeconds(_random.Next(3600))
        );
        _cluster = new FakeCluster(
            _time,
            new FakeClusterOptions { Seed = seed, GarbageCollectionDelay = TimeSpan.FromSeconds(_random.Next(5)) }
        );
        _kubelet = _cluster.RunPods(ScriptOf);
        if (seed % 5 == 0)
        {
            _cluster.Admission.Change(SyncPods.InjectSidecar);
        }
        _objects = new FleetObjects(_random, seed);
        _accounts = new AccountMaker(this, seed);
        _lockouts = new LockoutMaker(this, seed);
        _runs = new RunWatch(_cluster, _time, Connector, _accounts.AccountOf)
        {
            AreStoresLockedOut = () => _lockouts.HasLocked,
        };
        _quotas = new QuotaWatch(_objects.Quota, _runs.Violations);
        _actions = new ActionWatch(_cluster, _runs.Violations);
        _flows = new FlowMaker(this, seed);
        _runs.Committed += _quotas.Committed;
        _runs.Committed += _actions.Committed;
        _replicas = _random.Next(1, 3);
        _faultRate = _random.Next(3) == 0 ? 0 : 0.03 * _random.NextDouble();
    }

    /// <summary>Runs the world and returns the violations.</summary>
    public IReadOnlyList<string> Run()
    {
        if (_objects.Listed > 0)
        {
            WriteStoreList(FleetObjects.StoreList(_objects.Listed));
        }
        _cluster.Create(Kinds.Connectors, FleetObjects.Namespace, _accounts.With(_objects.Connector()));
        _cluster.Create(Kinds.Rollouts, FleetObjects.Namespace, _objects.Rollout());
        for (var i = 0; i < _replicas; i++)
        {
            StartProcess();
        }
        RunFor(Settling);
        _flows.Begin(Chaos);
        _accounts.Begin(Chaos);
        _lockouts.Begin(Chaos);
        new RefusalMaker(this, _seed).Begin(Chaos);
        foreach (var mishap in Mishaps.Draw(_random, Chaos))
        {
            _mishaps.Add(mishap.Kind);
            RunUntil(Settling + mishap.At);
            Tell(mishap.Kind.ToString());
            new MishapMaker(this, _random).Make(mishap);
        }
        RunUntil(Settling + Chaos);
        CalmDown();
        RunFor(Calm);
        ExpectServedStores();
        ExpectNoneLostUncounted();
        Expect(_accounts.HaveRun(_runs.Ran.Select(r => r.Store)), "no store of the shared account has run");
        _actions.ExpectAllTold();
        _runs.ExpectNoneTwice();
        ExpectRest();
        return [.. _runs.Violations, .. Trespasses()];
    }

    /// <summary>What happened, for the report of a failing world.</summary>
    public string Story() =>
        string.Join('\n', _story.Concat(_processes.SelectMany(p => p.Log.Lines.Select(l => $"  {p.Name} {l}"))));

    public FakeCluster Cluster => _cluster;
    public FakeKubelet Kubelet => _kubelet;
    public ConnectorRecord? Record => _runs.Record;

    /// <summary>The kubelet rejects every pod that is created.</summary>
    public bool RejectsPods { get; set; }
    public FleetObjects Objects => _objects;
    public IEnumerable<OperatorProcess> Alive => _processes.Where(p => !p.HasEnded);

    public static ObjectKey Key => Connector;
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>A user sets a new image. Until stable has had a good run, the operator adopts any new content at once.</summary>
    public void Ship(string tag)
    {
        // A world with quotas gets a version that locks a store out, in place of one without a report.
        tag = tag is "mute" && _objects.Quota is not null ? "locked" : tag;
        Tell($"image {tag}");
        _hasShippedUnproven |= _runs.Record is not { Revisions.StableIsProven: true };
        _cluster.Edit(
            Kinds.Connectors,
            Connector,
            c => c["spec"]!["sync"]!["image"] = FleetObjects.Image(tag) // the world's connector has them
        );
    }

    /// <summary>A user applies the ConfigMap with stores.</summary>
    public void WriteStoreList(string content)
    {
        var key = new ObjectKey(FleetObjects.Namespace, FleetObjects.StoreLists);
        var item = FleetObjects.StoresConfigMap(content);
        if (_cluster.Find(CoreTypes.ConfigMaps, key) is null)
        {
            _cluster.Create(CoreTypes.ConfigMaps, FleetObjects.Namespace, item);
        }
        else
        {
            _cluster.Edit(CoreTypes.ConfigMaps, key, c => c["data"] = item["data"]!.DeepClone()); // it was just made with it
        }
    }

    /// <summary>Runs the action after the delay, in virtual time.</summary>
    public void After(TimeSpan delay, Action action) =>
        _time.CreateTimer(_ => action(), null, delay, Timeout.InfiniteTimeSpan);

    public void Tell(string what) =>
        _story.Add(string.Create(CultureInfo.InvariantCulture, $"{_time.GetUtcNow():HH:mm:ss.fff} {what}"));

    public void Dispose()
    {
        _processes.ForEach(p => p.Dispose());
        _cluster.Dispose();
    }

    private PodScript ScriptOf(KubeObject pod) =>
        _lockouts.Locked(_accounts.Lengthened(SyncPods.Script(pod, RejectsPods), pod), pod);

    private void StartProcess()
    {
        var process = new OperatorProcess(_cluster, _time, $"operator-{++_started}", (_seed * 31) + _started);
        if (!_isCalm && _faultRate > 0)
        {
            process.Client.Faults.Add(CallFaults.Of(_random, _faultRate, _faultRate / 20));
        }
        _processes.Add(process);
        process.Start();
        Tell($"{process.Name} starts");
    }

    private void RunFor(TimeSpan time) => RunUntil(_time.Elapsed + time);

    private void RunUntil(TimeSpan end)
    {
        do
        {
            DrainAll();
            Restart();
        } while (_time.FireNext(end));
        DrainAll();
    }

    private void DrainAll()
    {
        var rounds = 0;
        while (_processes.Aggregate(false, (any, p) => p.Drain() || any))
        {
            if (++rounds > MostCallbacksAnInstant)
            {
                throw new InvalidOperationException("the operator never stops working at one instant");
            }
        }
    }

    /// <summary>Starts a new process for each one that ended, after a delay, as Kubernetes does.</summary>
    private void Restart()
    {
        foreach (var ended in _processes.Where(p => p.HasEnded || p.Client.IsDead).ToList())
        {
            Tell($"{ended.Name} has ended {ended.Failure?.Message}");
            if (ended.Failure is { } failure and not OperationCanceledException)
            {
                _runs.Violations.Add($"{ended.Name} failed: {failure}");
            }
            ended.Kill();
            _processes.Remove(ended);
            After(TimeSpan.FromSeconds(_random.Next(1, 15)), StartProcess);
        }
    }

    private void CalmDown()
    {
        Tell("calm");
        _isCalm = true;
        _kubelet.Start();
        foreach (var process in _processes)
        {
            process.Client.Faults.Clear();
            process.Client.ThawWatches();
            process.Client.WatchLag = TimeSpan.Zero;
            process.Clock.Offset = TimeSpan.Zero;
            process.IsFrozen = false;
        }
        _cluster.ClockSkew = TimeSpan.Zero;
        Suspend(isSuspended: false);
        new ActionMaker(this, _random).LetAllGoOn();
    }

    public void Suspend(bool isSuspended) =>
        _cluster.Edit(Kinds.Connectors, Connector, c => c["spec"]!["suspend"] = isSuspended); // it has a spec

    /// <summary>When the connector is suspended and settled, only the lease is written.</summary>
    private void ExpectRest()
    {
        Suspend(isSuspended: true);
        RunFor(TimeSpan.FromSeconds(40));
        var mark = _cluster.Journal.Count;
        RunFor(Rest);
        var writes = _cluster
            .Journal.Since(mark)
            .Where(e => e.Request.IsWrite && e.Request.Type != CoreTypes.Leases)
            .ToList();
        Expect(writes.Count == 0, $"{writes.Count} writes at rest, the first: {writes.FirstOrDefault()}");
    }

    private void Expect(bool holds, string what)
    {
        if (!holds)
        {
            _runs.Violations.Add($"at the end: {what}");
        }
    }

    private IEnumerable<string> Trespasses() =>
        _processes
            .Select(p => p.Trespass)
            .OfType<string>()
            .Select(t => $"a continuation left the simulation's thread: {t}");
}
