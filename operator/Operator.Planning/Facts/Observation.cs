using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>The complete input of a plan. The same observation always gives the same plan.</summary>
public sealed record Observation
{
    public DateTimeOffset Now { get; init; }
    public MarketplaceConnector Connector { get; init; } = new();

    /// <summary>The validator's errors in the connector. With any error no run is planned.</summary>
    public ImmutableArray<string> ConnectorFindings { get; init; } = [];

    /// <summary>Secrets that this connector shares with another connector, when exactly one of the two is Production.</summary>
    public ImmutableArray<SharedSecret> SharedSecrets { get; init; } = [];

    /// <summary>Fields of the last applied manifest that the CRD does not have. The cluster dropped them silently.</summary>
    public ImmutableArray<string> UnknownFields { get; init; } = [];
    public RolloutSight Rollout { get; init; } = new RolloutSight.Missing();
    public RecordSight Record { get; init; } = new RecordSight.Fresh("", DateTimeOffset.UnixEpoch);

    /// <summary>Actions that name the connector.</summary>
    public ImmutableArray<SyncAction> Actions { get; init; } = [];

    /// <summary>Pods with the connector's label, and pods that disappeared since the last fold, with their last state.</summary>
    public ImmutableArray<ObservedPod> Pods { get; init; } = [];

    /// <summary>Existing tickets of this connector.</summary>
    public ImmutableArray<ObservedTicket> Tickets { get; init; } = [];

    /// <summary>SHA-256 of the ConfigMap keys that the spec's env refers to, by <c>name/key</c>; null for a missing key.</summary>
    public ImmutableSortedDictionary<string, string?> ConfigMapHashes { get; init; } =
        ImmutableSortedDictionary.Create<string, string?>(StringComparer.Ordinal);

    /// <summary>The lists that <c>spec.storesFrom</c> names, in the spec's order.</summary>
    public ImmutableArray<StoreListSight> StoreLists { get; init; } = [];

    /// <summary>Refused pod creations of this connector, by pod name. Empty after the API server accepts a pod.</summary>
    public ImmutableSortedDictionary<string, CreateRefusal> Refusals { get; init; } =
        ImmutableSortedDictionary.Create<string, CreateRefusal>(StringComparer.Ordinal);

    /// <summary>The operator's clock and the API server's clock differ by more than 5 s, or the operator's clock jumped by more than 5 s.</summary>
    public bool IsClockSkewed { get; init; }

    /// <summary>The finished pods of all connectors together reached the operator's limit.</summary>
    public bool IsAtFinishedPodsCap { get; init; }

    /// <summary>
    /// Which part of the record was too large to commit the plan, with the limit; null: none. Then only what the committed record
    /// allows is deleted and told.
    /// </summary>
    public string? RecordTooLarge { get; init; }

    /// <summary>Random seed for the store order of a new attempt.</summary>
    public ulong Salt { get; init; }
    public PlanLimits Limits { get; init; } = new();

    /// <summary>No new pod of the occasion can appear any more, not even by a create request that was sent late.</summary>
    public bool IsPastLateArrival(Occasion occasion) => Now > occasion.StartBy + Limits.LateArrival;
}

/// <summary>Operator settings for planning.</summary>
public sealed record PlanLimits
{
    /// <summary>The longest time a sent create request can take. Default 8 s.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>A pod that is not seen by <c>startBy</c> + this time will never appear. <see cref="WriteTimeout"/> + 5 s.</summary>
    public TimeSpan LateArrival => WriteTimeout + TimeSpan.FromSeconds(5);
}
