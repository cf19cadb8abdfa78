using Operator.Runtime;

namespace Operator.Testing;

/// <summary>State that the parts of a <see cref="FakeCluster"/> share. All of it is used under <see cref="Gate"/>.</summary>
internal sealed class ClusterState
{
    private readonly Dictionary<ResourceType, ResourceKind> _kinds = ResourceKinds.All.ToDictionary(k => k.Type);
    private readonly Random _random;

    public ClusterState(TimeProvider time, FakeClusterOptions options)
    {
        Options = options;
        _random = new Random(options.Seed);
        Agenda = new Agenda(time, Gate);
        Store = new ObjectStore(options.HistoryLimit);
        Admission = new Admission(Gate);
        Namespaces = new Namespaces(this);
        Deletions = new Deletions(this);
        Reads = new ApiReads(this);
        Writes = new ApiWrites(this);
        Watches = new WatchHub(this);
        Journal = new Journal(Gate);
    }

    public Lock Gate { get; } = new();
    public FakeClusterOptions Options { get; }
    public Agenda Agenda { get; }
    public ObjectStore Store { get; }
    public Admission Admission { get; }
    public Namespaces Namespaces { get; }
    public Deletions Deletions { get; }
    public ApiReads Reads { get; }
    public ApiWrites Writes { get; }
    public WatchHub Watches { get; }
    public Journal Journal { get; }

    /// <summary>Called for each change, for parts such as the kubelet.</summary>
    public Action<StoredChange>? Seen { get; set; }

    /// <summary>How far the server's clock is ahead of the time provider's.</summary>
    public TimeSpan ClockSkew { get; set; }

    public StreamingLists StreamingLists { get; set; }
    public ExpiredWatches ExpiredWatches { get; set; }

    /// <summary>The current writer: a client, or one of the cluster's own controllers.</summary>
    public string Actor { get; private set; } = "";

    public DateTimeOffset ServerNow => Agenda.UtcNow + ClockSkew;

    public ResourceKind KindOf(ResourceType type) =>
        _kinds.TryGetValue(type, out var kind) ? kind : throw ApiFailure.NotServed();

    public void Define(ResourceKind kind) => _kinds[kind.Type] = kind;

    /// <summary>A new UID. The same seed gives the same sequence of UIDs.</summary>
    public string NewUid()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return new Guid(bytes).ToString();
    }

    /// <summary>The random suffix of a generateName.</summary>
    public string NewSuffix() => new(_random.GetItems<char>("bcdfghjklmnpqrstvwxz2456789", 5));

    public T As<T>(string actor, Func<T> act)
    {
        var former = Actor;
        Actor = actor;
        try
        {
            return act();
        }
        finally
        {
            Actor = former;
        }
    }

    public void As(string actor, Action act) =>
        As(
            actor,
            () =>
            {
                act();
                return true;
            }
        );

    public Agenda.Entry Later(TimeSpan delay, string actor, Action act) => Agenda.After(delay, () => As(actor, act));
}
