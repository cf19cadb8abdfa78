using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// What makes a revision: the sync pod without resources, placement, labels, pull policy and pull secrets, the flows'
/// parameters and the content of referenced ConfigMap keys. Compared by canonical JSON that leaves out whatever equals its default, so that an upgrade of
/// the operator that adds a field makes no new revision.
/// </summary>
public static class RevisionContent
{
    private static readonly SyncPodSpec Defaults = new();
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

    /// <summary>The ConfigMap keys that the content of the revision depends on, as <c>name/key</c>.</summary>
    public static ImmutableArray<KeySelector> ReferencedConfigMapKeys(ConnectorSpec spec) =>
        [
            .. spec
                .Sync.Env.Select(e => e.ValueFrom?.ConfigMapKeyRef)
                .Append(spec.Sync.CaBundle?.ConfigMapKeyRef)
                .OfType<KeySelector>()
                .Distinct(),
        ];

    public static string KeyOf(KeySelector selector) => $"{selector.Name}/{selector.Key}";

    /// <summary>The rest takes effect from the next run, whichever revision it runs.</summary>
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
    private static string HashOf(ConnectorSpec spec, ImmutableSortedDictionary<string, string?> configMapHashes)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            WriteContent(json, spec, configMapHashes);
        }
        return Convert.ToHexStringLower(SHA256.HashData(buffer.ToArray()))[..10];
    }

    private static void WriteContent(
        Utf8JsonWriter json,
        ConnectorSpec spec,
        ImmutableSortedDictionary<string, string?> configMapHashes
    )
    {
        var sync = spec.Sync;
        json.WriteStartObject();
        WriteMap(json, "annotations", sync.PodAnnotations);
        WriteList(json, "args", sync.Args);
        if (sync.CaBundle?.ConfigMapKeyRef is { } bundle)
        {
            json.WriteString("caBundle", KeyOf(bundle));
            json.WriteString("caBundleContent", configMapHashes.GetValueOrDefault(KeyOf(bundle)));
        }
        WriteList(json, "command", sync.Command);
        WriteEnv(json, sync.Env, configMapHashes);
        WriteFlowParameters(json, spec.Flows);
        if (sync.FsGroup is { } group && group != sync.RunAsUser)
        {
            json.WriteNumber("fsGroup", group);
        }
        json.WriteString("image", sync.Image);
        if (sync.RunAsUser != Defaults.RunAsUser)
        {
            json.WriteNumber("runAsUser", sync.RunAsUser);
        }
        if (!string.Equals(sync.Scratch, Defaults.Scratch, StringComparison.Ordinal))
        {
            json.WriteString("scratch", sync.Scratch);
        }
        if (sync.ServiceAccountName is { } account)
        {
            json.WriteString("serviceAccount", account);
        }
        if (sync.TerminationGracePeriod != Defaults.TerminationGracePeriod)
        {
            json.WriteString("terminationGracePeriod", sync.TerminationGracePeriod.Text);
        }
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, ImmutableArray<string> values)
    {
        if (values.IsEmpty)
        {
            return;
        }
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }
        json.WriteEndArray();
    }

    private static void WriteEnv(
        Utf8JsonWriter json,
        ImmutableArray<EnvVar> env,
        ImmutableSortedDictionary<string, string?> configMapHashes
    )
    {
        if (env.IsEmpty)
        {
            return;
        }
        json.WriteStartArray("env");
        foreach (var variable in env)
        {
            json.WriteStartObject();
            if (variable.ValueFrom?.ConfigMapKeyRef is { } configMap)
            {
                json.WriteString("configMap", KeyOf(configMap));
                json.WriteString("content", configMapHashes.GetValueOrDefault(KeyOf(configMap)));
            }
            json.WriteString("name", variable.Name);
            if (variable.ValueFrom?.SecretKeyRef is { } secret)
            {
                json.WriteString("secret", KeyOf(secret));
            }
            if (variable.Value is { } value)
            {
                json.WriteString("value", value);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteFlowParameters(Utf8JsonWriter json, ImmutableArray<Flow> flows)
    {
        var withParameters = flows
            .Where(f => !f.Parameters.IsEmpty)
            .OrderBy(f => f.Name, StringComparer.Ordinal)
            .ToList();
        if (withParameters.Count == 0)
        {
            return;
        }
        json.WriteStartObject("flows");
        foreach (var flow in withParameters)
        {
            WriteMap(json, flow.Name, flow.Parameters);
        }
        json.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter json, string name, ImmutableSortedDictionary<string, string> entries)
    {
        if (entries.IsEmpty)
        {
            return;
        }
        json.WriteStartObject(name);
        foreach (var (key, value) in entries.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }
        json.WriteEndObject();
    }
}
