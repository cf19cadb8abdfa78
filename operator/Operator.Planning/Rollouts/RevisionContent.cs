using System.Collections.Immutable;
using System.Security.Cryptography;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// The content of a revision: the sync pod without resources, placement, labels, pull policy and pull secrets, the flows'
/// parameters and the content of referenced ConfigMap keys. Two contents are equal when their
/// <see cref="CanonicalContent"/> is.
/// </summary>
public static class RevisionContent
{
    private static readonly ImmutableSortedDictionary<string, string> NoEntries = ImmutableSortedDictionary<
        string,
        string
    >.Empty;

    public static Revision Of(
        ConnectorSpec spec,
        ImmutableSortedDictionary<string, string?> configMapHashes,
        DateTimeOffset at
    ) =>
        new()
        {
            Hash = HashOf(spec, configMapHashes),
            CreatedAt = at,
            Sync = WithinRevision(spec.Sync),
            FlowParameters = spec
                .Flows.DistinctBy(f => f.Name, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(f => f.Name, f => f.Parameters, StringComparer.Ordinal),
        };

    /// <summary>The ConfigMap keys that are part of the revision's content.</summary>
    public static ImmutableArray<KeySelector> ReferencedConfigMapKeys(ConnectorSpec spec) =>
        [
            .. spec
                .Sync.Env.Select(e => e.ValueFrom?.ConfigMapKeyRef)
                .Append(spec.Sync.CaBundle?.ConfigMapKeyRef)
                .OfType<KeySelector>()
                .Distinct(),
        ];

    public static string KeyOf(KeySelector selector) => $"{selector.Name}/{selector.Key}";

    /// <summary>Clears the fields outside the revision: they take effect from the next run, on every revision.</summary>
    private static SyncPodSpec WithinRevision(SyncPodSpec sync) =>
        sync with
        {
            ImagePullPolicy = null,
            ImagePullSecrets = [],
            Resources = null,
            NodeSelector = NoEntries,
            Tolerations = [],
            PriorityClassName = null,
            PodLabels = NoEntries,
        };

    /// <summary>The first 10 hex digits of the SHA-256 of the canonical content.</summary>
    private static string HashOf(ConnectorSpec spec, ImmutableSortedDictionary<string, string?> configMapHashes) =>
        Convert.ToHexStringLower(SHA256.HashData(CanonicalContent.Of(spec, configMapHashes).ToJson()))[..10];
}
