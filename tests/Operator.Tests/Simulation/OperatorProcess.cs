using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Operator.Gathering;
using Operator.Hosting;
using Operator.Runtime;
using Operator.Testing;

namespace Operator.Tests.Simulation;

/// <summary>One process of the operator with its production code, on the simulation's thread and in virtual time.</summary>
internal sealed class OperatorProcess : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _stop = new();
    private readonly Pump _pump = new();
    private Task _run = Task.CompletedTask;

    public OperatorProcess(FakeCluster cluster, VirtualTime time, string name, int seed)
        : this(cluster, time, Options(name), seed) { }

    public OperatorProcess(FakeCluster cluster, VirtualTime time, OperatorOptions options, int seed)
    {
        Name = options.Identity;
        Clock = new MachineClock(time);
        Client = cluster.Connect(Name, Clock);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Log).SetMinimumLevel(LogLevel.Information));
        services.AddOperation(options, Clock, RandomnessOf(seed));
        services.AddKeyedSingleton<IKubeApi>(Wiring.Unfenced, Client);
        _services = services.BuildServiceProvider();
    }

    /// <summary>More than any world has.</summary>
    public const int FinishedPodsCap = 5000;

    /// <summary>The options of the processes of all worlds.</summary>
    public static OperatorOptions Options(string name) =>
        new()
        {
            Identity = name,
            LeaseNamespace = "operator-system",
            MinimumInterval = TimeSpan.FromSeconds(1),
            Workers = 2,
            FinishedPodsCap = FinishedPodsCap,
        };

    public string Name { get; }
    public MachineClock Clock { get; }
    public FakeClient Client { get; }

    public Prometheus.CollectorRegistry Registry => _services.GetRequiredService<Prometheus.CollectorRegistry>();

    public ClusterCache Cache => _services.GetRequiredService<ClusterCache>();

    public Health Health =>
        new(Cache, _services.GetRequiredService<LeaderLease>(), _services.GetRequiredService<KeyedQueue>());

    /// <summary>The newest log lines, for the report of a failing world.</summary>
    public RecentLog Log { get; } = new();

    public bool IsDead { get; private set; }

    /// <summary>The process was killed, stopped or failed; the world then starts another process.</summary>
    public bool HasEnded => IsDead || _run.IsCompleted;

    /// <summary>The unexpected error that ended the process; null when there is none.</summary>
    public Exception? Failure => _run.Exception?.InnerException;
    public string? Trespass => _pump.Trespass;
    public bool IsFrozen
    {
        get => _pump.IsFrozen;
        set => _pump.IsFrozen = value;
    }

    public void Start() => _run = _pump.Run(() => _services.GetRequiredService<Operation>().RunAsync(_stop.Token));

    /// <summary>Like SIGTERM: the process finishes its running work and releases its lease.</summary>
    public void Stop() => _pump.Post(_ => _stop.Cancel(), null);

    /// <summary>Like SIGKILL: no code of the process runs any more; requests that it already sent still arrive.</summary>
    public void Kill()
    {
        IsDead = true;
        Client.Kill(isSilent: true);
    }

    public bool Drain() => !IsDead && _pump.Drain();

    public void Dispose()
    {
        IsDead = true;
        _stop.Dispose();
        _services.Dispose();
    }

    private static Randomness RandomnessOf(int seed)
    {
        var random = new Random(seed);
        return new Randomness(count =>
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        });
    }
}
