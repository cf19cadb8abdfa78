using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>
/// The content of a revision: the sync pod without resources, placement, labels, annotations, pull policy, pull secrets and caBundle, the flows'
/// parameters, and the values of the ConfigMap keys that env refers to. Two contents are equal when their
/// <see cref="CanonicalContent"/> is.
/// </summary>
public static class RevisionContent
{
    /// <summary>Largest value of one ConfigMap key, in UTF-8.</summary>
    public const int MostBytesOfValue = 32 * 1024;

    /// <summary>Largest size of all values of a connector together, in UTF-8.</summary>
    public const int MostBytesTogether = 64 * 1024;

    /// <summary>As Kubernetes uses it for the names of ReplicaSets: first the letters, then digits.</summary>
    private const string SafeAlphabet = "bcdfghjklmnpqrstvwxz2456789";
    private const int Letters = 20;
    private const int HashLength = 10;

    private static readonly ImmutableSortedDictionary<string, string> NoEntries = ImmutableSortedDictionary<
        string,
        string
    >.Empty;

    /// <summary>
    /// <paramref name="values"/> are the values of the referenced ConfigMap keys by <c>name/key</c>; null or absent: the key is missing.
    /// </summary>
    public static DesiredContent Of(
        ConnectorSpec spec,
        ImmutableSortedDictionary<string, string?> values,
        DateTimeOffset at
    )
    {
        var keys = ReferencedConfigMapKeys(spec).Select(KeyOf).ToImmutableArray();
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (values.GetValueOrDefault(key) is not { } value)
            {
                return new DesiredContent.Unformed(
                    IsMissing: true,
                    $"spec.sync.env: ConfigMap key '{key}' does not exist under data (a value under binaryData is no text); create it or remove it from env"
                );
            }
            found[key] = value;
        }
        return TooLarge(found.ToImmutable()) is { } problem
            ? new DesiredContent.Unformed(IsMissing: false, problem)
            : new DesiredContent.Formed(Form(spec, found.ToImmutable(), at));
    }

    /// <summary>The ConfigMap keys whose values are part of the revision.</summary>
    public static ImmutableArray<KeySelector> ReferencedConfigMapKeys(ConnectorSpec spec) =>
        [.. spec.Sync.Env.Select(e => e.ValueFrom?.ConfigMapKeyRef).OfType<KeySelector>().Distinct()];

    public static string KeyOf(KeySelector selector) => $"{selector.Name}/{selector.Key}";

    /// <summary>
    /// The spec differs from the revision in more than the values of ConfigMaps, in the flows that both have. So it is other content,
    /// also while it can't be formed.
    /// </summary>
    internal static bool IsOther(ConnectorSpec spec, Revision revision)
    {
        bool IsShared(string flow) => revision.FlowParameters.ContainsKey(flow) && spec.FindFlow(flow) is not null;
        return !CanonicalContent
            .WithoutValues(spec, IsShared)
            .ToJson()
            .AsSpan()
            .SequenceEqual(CanonicalContent.WithoutValues(revision, IsShared).ToJson());
    }

    /// <summary>Both revisions are the same content, in the flows that <paramref name="isCompared"/> names.</summary>
    internal static bool AreAlike(Revision one, Revision other, Func<string, bool> isCompared) =>
        CanonicalContent
            .Of(one, isCompared)
            .ToJson()
            .AsSpan()
            .SequenceEqual(CanonicalContent.Of(other, isCompared).ToJson());

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
            PodAnnotations = NoEntries,
            CaBundle = null,
        };

    private static Revision Form(
        ConnectorSpec spec,
        ImmutableSortedDictionary<string, string> values,
        DateTimeOffset at
    ) =>
        new()
        {
            Hash = HashOf(spec, values),
            CreatedAt = at,
            Sync = WithinRevision(spec.Sync),
            FlowParameters = spec
                .Flows.DistinctBy(f => f.Name, StringComparer.Ordinal)
                .ToImmutableSortedDictionary(f => f.Name, f => f.Parameters, StringComparer.Ordinal),
            Values = values,
        };

    private static string? TooLarge(ImmutableSortedDictionary<string, string> values)
    {
        var sizes = values.Select(v => (v.Key, Bytes: Encoding.UTF8.GetByteCount(v.Value))).ToList();
        var together = sizes.Sum(s => s.Bytes);
        var largest = sizes.OrderByDescending(s => s.Bytes).FirstOrDefault();
        return largest.Bytes > MostBytesOfValue
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"spec.sync.env: the value of ConfigMap key '{largest.Key}' has {largest.Bytes} bytes, at most {MostBytesOfValue} are allowed; shorten it or bring it into the image"
                )
            : together > MostBytesTogether
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"spec.sync.env: the values of {sizes.Count} ConfigMap keys have {together} bytes together, at most {MostBytesTogether} are allowed; shorten them or bring them into the image"
                )
            : null;
    }

    /// <summary>
    /// A short name of the canonical content. It begins with a letter and has no vowel and no e: YAML reads it as no number, and it is no
    /// word. Operators before this one wrote hex digits; such a revision keeps its name, because contents are compared, not names.
    /// </summary>
    private static string HashOf(ConnectorSpec spec, ImmutableSortedDictionary<string, string> values)
    {
        var bytes = SHA256.HashData(CanonicalContent.Of(spec, values).ToJson());
        return string.Create(
            HashLength,
            bytes,
            static (text, hash) =>
            {
                for (var i = 0; i < text.Length; i++)
                {
                    text[i] = SafeAlphabet[hash[i] % (i == 0 ? Letters : SafeAlphabet.Length)];
                }
            }
        );
    }
}
