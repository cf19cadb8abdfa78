using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>Everything that a decision may depend on, gathered before it is made. The same observation gives the same plan.</summary>
public sealed record Observation
{
    public DateTimeOffset Now { get; init; }
    public MarketplaceConnector Connector { get; init; } = new();

    /// <summary>What the validator found wrong with the connector; anything here means that nothing is planned.</summary>
    public ImmutableArray<string> ConnectorFindings { get; init; } = [];

    /// <summary>Secrets that connectors of another environment use too, of which one side is Production.</summary>
    public ImmutableArray<SharedSecret> SharedSecrets { get; init; } = [];

    /// <summary>Fields of the last applied manifest that our kind does not have and the cluster pruned without a word.</summary>
    public ImmutableArray<string> UnknownFields { get; init; } = [];
    public RolloutSight Rollout { get; init; } = new RolloutSight.Missing();
    public RecordSight Record { get; init; } = new RecordSight.Fresh("", DateTimeOffset.UnixEpoch);

    /// <summary>Actions that name the connector.</summary>
    public ImmutableArray<SyncAction> Actions { get; init; } = [];

    /// <summary>Pods that carry the connector's label, and those that left since the last fold, with their last state.</summary>
    public ImmutableArray<ObservedPod> Pods { get; init; } = [];

    /// <summary>Tickets of this connector that exist.</summary>
    public ImmutableArray<ObservedTicket> Tickets { get; init; } = [];

    /// <summary>SHA-256 of the ConfigMap keys that the spec's env refers to, by <c>name/key</c>; null for one that is not there.</summary>
    public ImmutableSortedDictionary<string, string?> ConfigMapHashes { get; init; } =
        ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>What <c>spec.storesFrom</c> names, in its order.</summary>
    public ImmutableArray<StoreListSight> StoreLists { get; init; } = [];

    /// <summary>What the API server said when it refused to create pods of this connector, by pod name; empty once one was taken.</summary>
    public ImmutableSortedDictionary<string, CreateRefusal> Refusals { get; init; } =
        ImmutableSortedDictionary.Create<string, CreateRefusal>(StringComparer.Ordinal);

    /// <summary>Our clock and the API server's differ by more than 5 s.</summary>
    public bool IsClockSkewed { get; init; }

    /// <summary>All connectors together keep as many finished pods as the operator allows.</summary>
    public bool IsAtFinishedPodsCap { get; init; }

    /// <summary>A random number for a new attempt's order.</summary>
    public ulong Salt { get; init; }
    public PlanLimits Limits { get; init; } = new();

    /// <summary>No pod of the occasion can come any more, not even one whose creation was sent late.</summary>
    public bool IsPastLateArrival(Occasion occasion) => Now > occasion.StartBy + Limits.LateArrival;
}

/// <summary>Settings of the operator that planning needs.</summary>
public sealed record PlanLimits
{
    /// <summary>A create that was sent may arrive this much later. Default 8 s.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>After <c>startBy</c> and this, a pod that was not seen will never come.</summary>
    public TimeSpan LateArrival => WriteTimeout + TimeSpan.FromSeconds(5);
}
