using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>Which stores are synced, by which flows, with which image, on which schedule. Short name <c>mpc</c>.</summary>
public sealed record MarketplaceConnector
{
    public string ApiVersion { get; set; } = ApiGroup.ApiVersion;
    public string Kind { get; set; } = ApiGroup.ConnectorKind;
    public ObjectMeta Metadata { get; set; } = new();
    public ConnectorSpec Spec { get; set; } = new();
    public ConnectorStatus Status { get; set; } = new();

    /// <summary>See <see cref="StatusesAsRead"/>; null: as <see cref="Status"/> is written. Not part of the JSON.</summary>
    internal JsonElement? StatusAsRead { get; init; }
}

/// <summary>The marketplace; selects the profile. Unknown: a value that this version does not know.</summary>
[JsonConverter(typeof(LenientEnumConverter<Marketplace>))]
public enum Marketplace
{
    Unknown,
    Amazon,
    Shopee,
    Lazada,
    Ebay,
    Walmart,
    Custom,
}

/// <summary>A label on every pod that guards against mixed credentials; it selects no host.</summary>
[JsonConverter(typeof(LenientEnumConverter<DeploymentEnvironment>))]
public enum DeploymentEnvironment
{
    Unknown,
    Production,
    Staging,
    Development,
}

/// <summary>How a new revision reaches the stores.</summary>
[JsonConverter(typeof(LenientEnumConverter<UpdatePolicy>))]
public enum UpdatePolicy
{
    Unknown,

    /// <summary>Only under a SyncRollout; without a SyncRollout the stores stay on stable.</summary>
    Rollout,

    /// <summary>At once, on every store.</summary>
    Immediate,
}

public sealed record ConnectorSpec
{
    /// <summary>Required.</summary>
    public Marketplace Marketplace { get; set; }

    /// <summary>Default Production.</summary>
    public DeploymentEnvironment Environment { get; set; } = DeploymentEnvironment.Production;

    /// <summary>True: no new run starts; live runs end by themselves. Default false.</summary>
    public bool Suspend { get; set; }

    /// <summary>Default Rollout.</summary>
    public UpdatePolicy UpdatePolicy { get; set; } = UpdatePolicy.Rollout;

    public SyncPodSpec Sync { get; set; } = new();

    /// <summary>The application's credentials, mounted at /sync/credentials/app/. Null: none.</summary>
    public AppCredentials? Credentials { get; set; }

    /// <summary>
    /// Up to 250 stores with unique names. At least one store here or one list in <see cref="StoresFrom"/> is required.
    /// </summary>
    public ImmutableArray<Store> Stores { get; set; } = [];

    /// <summary>
    /// Up to 50 lists of more stores. Of several stores with one name the first counts: <see cref="Stores"/> first, then
    /// list by list.
    /// </summary>
    public ImmutableArray<StoreSource> StoresFrom { get; set; } = [];

    /// <summary>1 to 20 flows, names unique.</summary>
    public ImmutableArray<Flow> Flows { get; set; } = [];

    /// <summary>
    /// Quotas that override those of the marketplace or add APIs that it does not list. At most 100, APIs unique.
    /// </summary>
    public ImmutableArray<Quota> Quotas { get; set; } = [];

    public HistoryLimits History { get; set; } = new();

    /// <summary>The flow with that name; null when the spec lists none.</summary>
    public Flow? FindFlow(string name) => Flows.FirstOrDefault(f => f.Name == name);
}

public sealed record AppCredentials
{
    public LocalObjectReference? SecretRef { get; set; }
}

/// <summary>One seller account; the unit of rollout, failure and evidence.</summary>
public sealed record Store
{
    /// <summary>A DNS label, unique within the connector.</summary>
    public string Name { get; set; } = "";

    /// <summary>The marketplace's ids of the sites the store sells on.</summary>
    public ImmutableArray<string> Sites { get; set; } = [];
    public StoreCredentials? Credentials { get; set; }

    /// <summary>Passed unchanged to the worker; at most 1 KiB for each store.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>For grouping; at most 20. They change no run and no revision.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>True: the store is left out of every run and cohort. Default false.</summary>
    public bool Suspend { get; set; }
}

/// <summary>A list of stores outside the connector.</summary>
public sealed record StoreSource
{
    /// <summary>
    /// A YAML list of stores, each as in <c>spec.stores</c>, in a ConfigMap with <see cref="ApiGroup.StoresLabel"/>. A list
    /// that cannot be read changes nothing: its last good version stays.
    /// </summary>
    public KeySelector? ConfigMapKeyRef { get; set; }
}

/// <summary>
/// The store's Secret, mounted at /sync/credentials/stores/&lt;store&gt;/; a missing Secret fails this store only.
/// </summary>
public sealed record StoreCredentials
{
    public StoreSecretReference? SecretRef { get; set; }
}

/// <summary>A Secret of one store, or one store's keys in a shared Secret.</summary>
public sealed record StoreSecretReference
{
    public string Name { get; set; } = "";

    /// <summary>
    /// The prefix of the store's keys; the files are named without it. Null: every key of the Secret is a file.
    /// </summary>
    public string? KeyPrefix { get; set; }

    /// <summary>The files that the worker needs. Default: those of the marketplace; required for Custom with a prefix.</summary>
    public ImmutableArray<string> Keys { get; set; } = [];
}

/// <summary>One kind of sync with its schedule.</summary>
public sealed record Flow
{
    /// <summary>A DNS label, unique within the connector.</summary>
    public string Name { get; set; } = "";

    /// <summary>
    /// Cron with 5 fields, or <c>@every 1m</c> (aligned to the Unix epoch, at least 30s unless the operator is started with
    /// a lower minimum). Macros such as <c>@daily</c> are refused.
    /// </summary>
    public string Schedule { get; set; } = "";

    /// <summary>
    /// IANA name, for cron only. Default UTC. When clocks go back, times of plain numbers come once; with <c>*</c>, a range or a
    /// step in the minute or the hour they come in both of the repeated hours.
    /// </summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>The time over which the runs of one slot start; each run has the same offset in every slot. Default 0s.</summary>
    public Duration Spread { get; set; } = new("0s");

    /// <summary>
    /// The longest delay of a start, from the slot plus the run's offset; a later run is skipped and counted as missed.
    /// Default 2m.
    /// </summary>
    public Duration StartingDeadline { get; set; } = new("2m");

    /// <summary>The longest time until a pod's container has started; after that the pod is deleted. Default 1m.</summary>
    public Duration StartTimeout { get; set; } = new("1m");

    /// <summary>The longest time that a started container may run. Default 10m.</summary>
    public Duration Timeout { get; set; } = new("10m");

    /// <summary>1 to 50. Default 25.</summary>
    public int MaxStoresPerRun { get; set; } = 25;

    /// <summary>1 to 1000. Default 10.</summary>
    public int MaxConcurrentRuns { get; set; } = 10;

    /// <summary>
    /// Calls that a run makes; runs wait for these quotas. At most 20, APIs unique. Default empty: runs wait for no quota.
    /// </summary>
    public ImmutableArray<ApiUse> Uses { get; set; } = [];

    /// <summary>
    /// Further tries of a store within its occasion, only when it failed or was not reached. 0 to 5, default 0.
    /// </summary>
    public int Retries { get; set; }

    /// <summary>Passed unchanged to the worker; part of the revision.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

public sealed record HistoryLimits
{
    /// <summary>Closed slots of each flow whose pods are kept. 0 to 10, default 1.</summary>
    public int Slots { get; set; } = 1;

    /// <summary>Failed runs of each flow whose pods are kept in addition to <see cref="Slots"/>. 0 to 20, default 3.</summary>
    public int FailedRuns { get; set; } = 3;
}
