using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>The fields of a sync pod that a user may set.</summary>
public sealed record SyncPodSpec
{
    public string Image { get; set; } = "";

    /// <summary>Always, IfNotPresent or Never; null: Kubernetes' default. Outside the revision.</summary>
    public string? ImagePullPolicy { get; set; }

    /// <summary>Outside the revision.</summary>
    public ImmutableArray<LocalObjectReference> ImagePullSecrets { get; set; } = [];
    public ImmutableArray<string> Command { get; set; } = [];
    public ImmutableArray<string> Args { get; set; } = [];
    public ImmutableArray<EnvVar> Env { get; set; } = [];

    /// <summary>Outside the revision. Default: requests 10m and 64Mi, limit 256Mi of memory.</summary>
    public PodResources? Resources { get; set; }

    /// <summary>1 to 2^31-1, never 0. Default 65532.</summary>
    public long RunAsUser { get; set; } = 65532;

    /// <summary>Size limit of the emptyDir at /tmp, a Kubernetes quantity. Default 64Mi.</summary>
    public string Scratch { get; set; } = "64Mi";

    /// <summary>The group that owns mounted files, 1 to 2^31-1. Null: the same number as <see cref="RunAsUser"/>.</summary>
    public long? FsGroup { get; set; }

    /// <summary>The time from SIGTERM to SIGKILL, 1s to 10m. Default 30s.</summary>
    public Duration TerminationGracePeriod { get; set; } = new("30s");

    /// <summary>
    /// Certificates that the worker trusts. Null: the image's own. A change of the key's content is a new revision.
    /// </summary>
    public CaBundle? CaBundle { get; set; }

    /// <summary>
    /// A ServiceAccount with <see cref="ApiGroup.AllowSyncPodsLabel"/>; its token is never mounted. Null: the namespace's
    /// default.
    /// </summary>
    public string? ServiceAccountName { get; set; }

    /// <summary>Labels that a node must have. Outside the revision.</summary>
    public ImmutableSortedDictionary<string, string> NodeSelector { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Outside the revision.</summary>
    public ImmutableArray<Toleration> Tolerations { get; set; } = [];

    /// <summary>Outside the revision.</summary>
    public string? PriorityClassName { get; set; }

    /// <summary>The user's labels, added to the operator's. Outside the revision.</summary>
    public ImmutableSortedDictionary<string, string> PodLabels { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>
    /// The user's annotations, added to the operator's. Part of the revision, because they may change what runs (sidecars).
    /// </summary>
    public ImmutableSortedDictionary<string, string> PodAnnotations { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A file of certificates in PEM format.</summary>
public sealed record CaBundle
{
    public KeySelector? ConfigMapKeyRef { get; set; }
}

/// <summary>A toleration, as in Kubernetes' pods.</summary>
public sealed record Toleration
{
    /// <summary>Null: every taint, with the operator Exists.</summary>
    public string? Key { get; set; }

    /// <summary>Exists or Equal; null: Equal.</summary>
    public string? Operator { get; set; }
    public string? Value { get; set; }

    /// <summary>NoSchedule, PreferNoSchedule or NoExecute; null: every effect.</summary>
    public string? Effect { get; set; }

    /// <summary>Seconds that a NoExecute taint is tolerated. Null: for ever.</summary>
    public long? TolerationSeconds { get; set; }
}

/// <summary>An environment variable of the sync container. The prefix SYNC_ is reserved for the operator.</summary>
public sealed record EnvVar
{
    public string Name { get; set; } = "";
    public string? Value { get; set; }
    public EnvVarSource? ValueFrom { get; set; }
}

/// <summary>The source of a value: exactly one of the two is set.</summary>
public sealed record EnvVarSource
{
    public KeySelector? SecretKeyRef { get; set; }

    /// <summary>A change of the key's content is a new revision.</summary>
    public KeySelector? ConfigMapKeyRef { get; set; }
}

/// <summary>Kubernetes quantities by resource name.</summary>
public sealed record PodResources
{
    [JsonConverter(typeof(QuantityMapConverter))]
    public ImmutableSortedDictionary<string, string> Requests { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    [JsonConverter(typeof(QuantityMapConverter))]
    public ImmutableSortedDictionary<string, string> Limits { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The resources of a sync pod whose spec sets none.</summary>
    public static PodResources Default { get; } =
        new()
        {
            Requests = ImmutableSortedDictionary<string, string>.Empty.Add("cpu", "10m").Add("memory", "64Mi"),
            Limits = ImmutableSortedDictionary<string, string>.Empty.Add("memory", "256Mi"),
        };

    private const string Disk = "ephemeral-storage";

    /// <summary>What a worker may write besides its /tmp: its log, and the termination message.</summary>
    private const decimal DiskBesideScratch = 512m * Mebibyte;
    private const decimal Mebibyte = 1024m * 1024m;

    /// <summary>
    /// These resources with a limit of <c>ephemeral-storage</c>, so that a worker that fills the disk is evicted before the node is full.
    /// Default: <paramref name="scratch"/> + 512Mi, at least the request. Nothing is reserved that the user did not request: without a
    /// request Kubernetes would reserve the whole limit.
    /// </summary>
    public PodResources WithDiskLimit(string scratch)
    {
        if (Limits.ContainsKey(Disk))
        {
            return this;
        }
        var usual = (Quantity.TryReadBytes(scratch, out var bytes) ? bytes : 0) + DiskBesideScratch;
        var isAbove = Quantity.TryRead(Requests.GetValueOrDefault(Disk), out var requested) && requested > usual;
        return this with
        {
            Requests = Requests.ContainsKey(Disk) ? Requests : Requests.SetItem(Disk, "0"),
            Limits = Limits.SetItem(Disk, isAbove ? Requests[Disk] : TextOf(usual)),
        };
    }

    private static string TextOf(decimal bytes) =>
        bytes % Mebibyte == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes / Mebibyte:0}Mi")
            : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(bytes):0}");

    /// <summary>
    /// What the cluster reserves for one pod: cores of <c>cpu</c>, bytes of <c>memory</c>. Without a request Kubernetes
    /// uses the limit; without both it is 0.
    /// </summary>
    public decimal Reserved(string resource) =>
        Quantity.TryRead(Requests.GetValueOrDefault(resource) ?? Limits.GetValueOrDefault(resource), out var amount)
            ? amount
            : 0;
}
