using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Operator.Api;

/// <summary>What a sync pod is: an allow-list of pod fields.</summary>
public sealed record SyncPodSpec
{
    public string Image { get; set; } = "";

    /// <summary>Always, IfNotPresent or Never; by default Kubernetes' own rule. Outside the revision.</summary>
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

    /// <summary>The group that owns what is mounted, 1 to 2^31-1. Default: as <see cref="RunAsUser"/>.</summary>
    public long? FsGroup { get; set; }

    /// <summary>From SIGTERM to SIGKILL, 1s to 10m. Default 30s.</summary>
    public Duration TerminationGracePeriod { get; set; } = new("30s");

    /// <summary>Certificates that the worker trusts. Optional; a change of the key's content is a new revision.</summary>
    public CaBundle? CaBundle { get; set; }

    /// <summary>Only one that is labelled as allowed for sync pods; its token is never mounted. Default: the namespace's default.</summary>
    public string? ServiceAccountName { get; set; }

    /// <summary>Labels that a node must have. Outside the revision.</summary>
    public ImmutableSortedDictionary<string, string> NodeSelector { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Outside the revision.</summary>
    public ImmutableArray<Toleration> Tolerations { get; set; } = [];

    /// <summary>Outside the revision.</summary>
    public string? PriorityClassName { get; set; }

    /// <summary>The user's own labels beside the operator's. Outside the revision.</summary>
    public ImmutableSortedDictionary<string, string> PodLabels { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The user's own annotations beside the operator's. In the revision: they may change what runs (sidecars).</summary>
    public ImmutableSortedDictionary<string, string> PodAnnotations { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A file of certificates in PEM format.</summary>
public sealed record CaBundle
{
    public KeySelector? ConfigMapKeyRef { get; set; }
}

/// <summary>As in Kubernetes' pods.</summary>
public sealed record Toleration
{
    /// <summary>Absent: every taint, with the operator Exists.</summary>
    public string? Key { get; set; }

    /// <summary>Exists or Equal; by default Kubernetes' own rule, Equal.</summary>
    public string? Operator { get; set; }
    public string? Value { get; set; }

    /// <summary>NoSchedule, PreferNoSchedule or NoExecute; absent: every effect.</summary>
    public string? Effect { get; set; }

    /// <summary>How long a NoExecute taint is tolerated. Absent: for ever.</summary>
    public long? TolerationSeconds { get; set; }
}

/// <summary>An environment variable of the sync container; names that begin with SYNC_ are the operator's own.</summary>
public sealed record EnvVar
{
    public string Name { get; set; } = "";
    public string? Value { get; set; }
    public EnvVarSource? ValueFrom { get; set; }
}

/// <summary>Exactly one of the two.</summary>
public sealed record EnvVarSource
{
    public KeySelector? SecretKeyRef { get; set; }

    /// <summary>A change of the key's content is a new revision.</summary>
    public KeySelector? ConfigMapKeyRef { get; set; }
}

/// <summary>Resource names to Kubernetes quantities.</summary>
public sealed record PodResources
{
    [JsonConverter(typeof(QuantityMapConverter))]
    public ImmutableSortedDictionary<string, string> Requests { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    [JsonConverter(typeof(QuantityMapConverter))]
    public ImmutableSortedDictionary<string, string> Limits { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Of a sync pod whose spec says nothing.</summary>
    public static PodResources Default { get; } =
        new()
        {
            Requests = ImmutableSortedDictionary<string, string>.Empty.Add("cpu", "10m").Add("memory", "64Mi"),
            Limits = ImmutableSortedDictionary<string, string>.Empty.Add("memory", "256Mi"),
        };

    /// <summary>
    /// What the cluster sets aside for one pod: cores of <c>cpu</c>, bytes of <c>memory</c>. Kubernetes takes the limit where there
    /// is no request. 0 where there is neither.
    /// </summary>
    public decimal Reserved(string resource) =>
        Quantity.TryRead(Requests.GetValueOrDefault(resource) ?? Limits.GetValueOrDefault(resource), out var amount)
            ? amount
            : 0;
}
