using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Planning.Stores;
using Operator.Runtime;

namespace Operator.Acting;

/// <summary>The volumes of a sync pod and their mount paths: run.json, /tmp, credentials and CA bundle.</summary>
internal sealed class PodVolumes
{
    /// <summary>0440: the worker reads credentials by the pod's group (<c>fsGroup</c>), whatever its user, and nobody else does.</summary>
    private const int SecretMode = 0x120;

    private readonly ImmutableArray<Volume> _volumes;

    private PodVolumes(ImmutableArray<Volume> volumes) => _volumes = volumes;

    private sealed record Volume(string Name, string Path, string Kind, Action<Utf8JsonWriter> WriteSource)
    {
        public string? SubPath { get; init; }
        public bool IsReadOnly { get; init; } = true;
    }

    public static PodVolumes Of(PodDraft draft, CaBundle? bundle) =>
        new([.. VolumesOf(draft, bundle?.ConfigMapKeyRef)]);

    public void WriteMounts(Utf8JsonWriter json) =>
        json.WriteObjects(
            "volumeMounts",
            _volumes,
            volume =>
            {
                json.WriteString("name", volume.Name);
                json.WriteString("mountPath", volume.Path);
                if (volume.SubPath is { } subPath)
                {
                    json.WriteString("subPath", subPath);
                }
                if (volume.IsReadOnly)
                {
                    json.WriteBoolean("readOnly", value: true);
                }
            }
        );

    public void WriteVolumes(Utf8JsonWriter json) =>
        json.WriteObjects(
            "volumes",
            _volumes,
            volume =>
            {
                json.WriteString("name", volume.Name);
                json.WriteObject(volume.Kind, () => volume.WriteSource(json));
            }
        );

    private static IEnumerable<Volume> VolumesOf(PodDraft draft, KeySelector? bundle)
    {
        // Mounted as a single file (subPath), so that the credentials can be mounted beside it.
        yield return new Volume("run", "/sync/run.json", "downwardAPI", WriteRunFile) { SubPath = "run.json" };
        var size = draft.Revision.Sync.Scratch;
        yield return new Volume(PodMarks.ScratchVolume, "/tmp", "emptyDir", json => json.WriteString("sizeLimit", size))
        {
            IsReadOnly = false,
        };
        foreach (var (index, secret) in draft.Secrets.Index())
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"credentials-{index}");
            yield return new Volume(name, secret.Path, "secret", json => WriteSecret(json, secret));
        }
        if (bundle is not null)
        {
            yield return new Volume(
                "ca",
                Path.GetDirectoryName(PodDraft.CaBundleFile)!, // the path has a directory
                "configMap",
                json =>
                {
                    WriteReference(json, "name", bundle.Name, isOptional: false);
                    var file = Path.GetFileName(PodDraft.CaBundleFile);
                    json.WriteObjects("items", [bundle.Key], key => WriteItem(json, key, file));
                }
            );
        }
    }

    private static void WriteRunFile(Utf8JsonWriter json) =>
        json.WriteObjects(
            "items",
            [PodMarks.Run],
            annotation =>
            {
                json.WriteString("path", "run.json");
                json.WriteObject(
                    "fieldRef",
                    () => json.WriteString("fieldPath", $"metadata.annotations['{annotation}']")
                );
            }
        );

    /// <summary>The Secret and its keys are optional, so that a missing one fails only its own store.</summary>
    private static void WriteSecret(Utf8JsonWriter json, SecretMount mount)
    {
        WriteReference(json, "secretName", mount.Secret, isOptional: true);
        json.WriteNumber("defaultMode", SecretMode);
        if (!mount.Items.IsEmpty)
        {
            json.WriteObjects("items", mount.Items, item => WriteItem(json, item.Key, item.File));
        }
    }

    private static void WriteItem(Utf8JsonWriter json, string key, string path)
    {
        json.WriteString("key", key);
        json.WriteString("path", path);
    }

    private static void WriteReference(Utf8JsonWriter json, string field, string name, bool isOptional)
    {
        json.WriteString(field, name);
        json.WriteBoolean("optional", isOptional);
    }
}
