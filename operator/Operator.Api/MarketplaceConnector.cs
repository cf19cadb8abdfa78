using System.Collections.Immutable;
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
}

/// <summary>The marketplace; picks the profile. Unknown stands for a value that this version does not know.</summary>
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

/// <summary>A label on every pod and a guard against mixed credentials; it picks no host.</summary>
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

    /// <summary>Only under a SyncRollout; without one the stores stay on stable.</summary>
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

    /// <summary>True: no new run is started; live runs end by themselves. Default false.</summary>
    public bool Suspend { get; set; }

    /// <summary>Default Rollout.</summary>
    public UpdatePolicy UpdatePolicy { get; set; } = UpdatePolicy.Rollout;

    public SyncPodSpec Sync { get; set; } = new();

    /// <summary>The application's credentials; mounted at /sync/credentials/app/. Optional.</summary>
    public AppCredentials? Credentials { get; set; }

    /// <summary>Up to 250 stores, names unique; there is at least one here or one list in <see cref="StoresFrom"/>.</summary>
    public ImmutableArray<Store> Stores { get; set; } = [];

    /// <summary>Up to 50 lists of more stores. Of stores with one name the first counts, those of <see cref="Stores"/> before all.</summary>
    public ImmutableArray<StoreSource> StoresFrom { get; set; } = [];

    /// <summary>1 to 20 flows, names unique.</summary>
    public ImmutableArray<Flow> Flows { get; set; } = [];

    /// <summary>Override the marketplace's, or say what is known of an API that it does not list. At most 100, APIs unique.</summary>
    public ImmutableArray<Quota> Quotas { get; set; } = [];

    public HistoryLimits History { get; set; } = new();

    /// <summary>The flow of that name; null when the spec lists none.</summary>
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

    /// <summary>Handed to the worker as they are; at most 1 KiB a store.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>For grouping; at most 20. No run and no revision depends on them.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>True: the store is left out of every run and cohort. Default false.</summary>
    public bool Suspend { get; set; }
}

/// <summary>Stores that are listed elsewhere.</summary>
public sealed record StoreSource
{
    /// <summary>
    /// A YAML list of stores, each as in <c>spec.stores</c>, in a ConfigMap that carries <see cref="ApiGroup.StoresLabel"/>. One
    /// that can't be read changes nothing: its last good list stays.
    /// </summary>
    public KeySelector? ConfigMapKeyRef { get; set; }
}

/// <summary>The store's Secret, mounted at /sync/credentials/stores/&lt;store&gt;/; a missing one fails its own store only.</summary>
public sealed record StoreCredentials
{
    public StoreSecretReference? SecretRef { get; set; }
}

/// <summary>A Secret of one store, or one store's keys in a Secret of many.</summary>
public sealed record StoreSecretReference
{
    public string Name { get; set; } = "";

    /// <summary>The store's keys begin with it; the files are called by the rest. Absent: every key of the Secret is a file.</summary>
    public string? KeyPrefix { get; set; }

    /// <summary>The files that the worker needs. Default: those of the marketplace; required for Custom when there is a prefix.</summary>
    public ImmutableArray<string> Keys { get; set; } = [];
}

/// <summary>One kind of sync with its schedule.</summary>
public sealed record Flow
{
    /// <summary>A DNS label, unique within the connector.</summary>
    public string Name { get; set; } = "";

    /// <summary>Cron with 5 fields, or <c>@every 1m</c> (aligned to the Unix epoch, at least 30s unless the operator is told otherwise).</summary>
    public string Schedule { get; set; } = "";

    /// <summary>IANA name; for cron only. Default UTC.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>The runs of one slot start spread over this, each at the same offset in every slot. Default 0s.</summary>
    public Duration Spread { get; set; } = new("0s");

    /// <summary>Counted from the slot and the run's offset; a run that could not start by then is skipped and counted. Default 2m.</summary>
    public Duration StartingDeadline { get; set; } = new("2m");

    /// <summary>A pod whose container has not started by then is given up. Default 1m.</summary>
    public Duration StartTimeout { get; set; } = new("1m");

    /// <summary>Of a started pod. Default 10m.</summary>
    public Duration Timeout { get; set; } = new("10m");

    /// <summary>1 to 50. Default 25.</summary>
    public int MaxStoresPerRun { get; set; } = 25;

    /// <summary>1 to 1000. Default 10.</summary>
    public int MaxConcurrentRuns { get; set; } = 10;

    /// <summary>What a run asks of the marketplace; runs wait for these quotas. At most 20, APIs unique. Default: nothing is known.</summary>
    public ImmutableArray<ApiUse> Uses { get; set; } = [];

    /// <summary>Of a store within its occasion, only for one that failed or was not reached. 0 to 5, default 0.</summary>
    public int Retries { get; set; }

    /// <summary>Handed to the worker; part of the revision.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

public sealed record HistoryLimits
{
    /// <summary>Closed slots of each flow whose pods are kept. 0 to 10, default 1.</summary>
    public int Slots { get; set; } = 1;

    /// <summary>Failed runs of each flow whose pods are kept beyond that. 0 to 20, default 3.</summary>
    public int FailedRuns { get; set; } = 3;
}
