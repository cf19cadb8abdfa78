using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>
/// A revision's content as canonical JSON: members in the order below, maps sorted by key, quantities and durations by value,
/// default values left out. So a new field in a newer operator makes no new revision.
/// </summary>
internal sealed record CanonicalContent
{
    private static readonly SyncPodSpec Defaults = new();

    public ImmutableArray<string>? Args { get; init; }
    public ImmutableArray<string>? Command { get; init; }
    public ImmutableArray<Variable>? Env { get; init; }

    /// <summary>Parameters by flow; a flow without parameters has no entry.</summary>
    public SortedDictionary<string, SortedDictionary<string, string>>? Flows { get; init; }
    public long? FsGroup { get; init; }
    public string Image { get; init; } = "";
    public long? RunAsUser { get; init; }
    public string? Scratch { get; init; }
    public string? ServiceAccount { get; init; }
    public string? TerminationGracePeriod { get; init; }

    public sealed record Variable
    {
        public string? ConfigMap { get; init; }

        /// <summary>SHA-256 of the value of the ConfigMap's key. Null: without the values.</summary>
        public string? Content { get; init; }
        public string Name { get; init; } = "";
        public string? Secret { get; init; }
        public string? Value { get; init; }
    }

    public static CanonicalContent Of(ConnectorSpec spec, ImmutableSortedDictionary<string, string> values) =>
        Of(spec.Sync, spec.Flows.Select(f => KeyValuePair.Create(f.Name, f.Parameters)), values);

    /// <summary>The revision's content with these flows only.</summary>
    public static CanonicalContent Of(Revision revision, Func<string, bool> hasFlow) =>
        Of(revision.Sync, revision.FlowParameters.Where(f => hasFlow(f.Key)), revision.Values);

    /// <summary>The content with these flows only, without the values of ConfigMaps.</summary>
    public static CanonicalContent WithoutValues(ConnectorSpec spec, Func<string, bool> hasFlow) =>
        Of(
            spec.Sync,
            spec.Flows.Where(f => hasFlow(f.Name)).Select(f => KeyValuePair.Create(f.Name, f.Parameters)),
            values: null
        );

    /// <summary>The revision's content with these flows only, without the values of ConfigMaps.</summary>
    public static CanonicalContent WithoutValues(Revision revision, Func<string, bool> hasFlow) =>
        Of(revision.Sync, revision.FlowParameters.Where(f => hasFlow(f.Key)), values: null);

    private static CanonicalContent Of(
        SyncPodSpec sync,
        IEnumerable<KeyValuePair<string, ImmutableSortedDictionary<string, string>>> flows,
        ImmutableSortedDictionary<string, string>? values
    )
    {
        return new CanonicalContent
        {
            Args = List(sync.Args),
            Command = List(sync.Command),
            Env = List<Variable>([.. sync.Env.Select(variable => Of(variable, values))]),
            Flows = FlowParameters(flows),
            FsGroup = sync.FsGroup == sync.RunAsUser ? null : sync.FsGroup,
            Image = sync.Image,
            RunAsUser = sync.RunAsUser == Defaults.RunAsUser ? null : sync.RunAsUser,
            Scratch = Unlike(Quantity.Canonical(sync.Scratch), Quantity.Canonical(Defaults.Scratch)),
            ServiceAccount = sync.ServiceAccountName,
            TerminationGracePeriod = Unlike(
                sync.TerminationGracePeriod.Canonical,
                Defaults.TerminationGracePeriod.Canonical
            ),
        };
    }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, CanonicalJson.Default.CanonicalContent);

    private static Variable Of(EnvVar variable, ImmutableSortedDictionary<string, string>? values)
    {
        var (configMap, secret) = (variable.ValueFrom?.ConfigMapKeyRef, variable.ValueFrom?.SecretKeyRef);
        return new Variable
        {
            ConfigMap = configMap is null ? null : RevisionContent.KeyOf(configMap),
            Content = configMap is null || values is null ? null : HashOf(values[RevisionContent.KeyOf(configMap)]),
            Name = variable.Name,
            Secret = secret is null ? null : RevisionContent.KeyOf(secret),
            Value = variable.Value,
        };
    }

    private static string? Unlike(string value, string usual) => value == usual ? null : value;

    private static string HashOf(string value) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)));

    private static SortedDictionary<string, SortedDictionary<string, string>>? FlowParameters(
        IEnumerable<KeyValuePair<string, ImmutableSortedDictionary<string, string>>> flows
    )
    {
        var parameters = new SortedDictionary<string, SortedDictionary<string, string>>(StringComparer.Ordinal);
        foreach (var (flow, own) in flows)
        {
            if (Map(own) is { } map)
            {
                parameters.TryAdd(flow, map);
            }
        }
        return parameters.Count == 0 ? null : parameters;
    }

    private static SortedDictionary<string, string>? Map(ImmutableSortedDictionary<string, string> entries) =>
        entries.IsEmpty ? null : new SortedDictionary<string, string>(entries, StringComparer.Ordinal);

    private static ImmutableArray<T>? List<T>(ImmutableArray<T> values) => values.IsEmpty ? null : values;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(CanonicalContent))]
internal sealed partial class CanonicalJson : JsonSerializerContext;
