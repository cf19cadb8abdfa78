using System.Collections.Immutable;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Output;

/// <summary>A pod to create: what planning decides. The other fields come from the revision and the live spec.</summary>
public sealed record PodDraft
{
    public const string CaBundleFile = "/sync/ca/ca.crt";

    public string Name { get; init; } = "";
    public string Flow { get; init; } = "";
    public Revision Revision { get; init; } = new();
    public DateTimeOffset StartBy { get; init; }
    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The operator's own variables, SYNC_*.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Environment { get; init; } = [];

    /// <summary>Secret name and mount path. Each mount is optional, so that a missing Secret fails its own store only.</summary>
    public ImmutableArray<SecretMount> Secrets { get; init; } = [];

    /// <summary>
    /// The pod's activeDeadlineSeconds, for the time without an operator; the kubelet counts it from before the image pull.
    /// </summary>
    public TimeSpan ActiveDeadline { get; init; }
}
