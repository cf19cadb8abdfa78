using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Runs;

namespace Operator.Acting;

/// <summary>
/// Builds the sync pod: the revision's content and an allow-list of live fields, under the restricted Pod Security Standard.
/// No service-account token, nothing writable but /tmp, and nobody else's annotations. Written field by field: a client
/// library's pod type brings the serialisation of every kind of Kubernetes into the binary, and half its memory.
/// </summary>
internal sealed class PodBuilder
{
    public const string ContainerName = "sync";
    private const string RunVolume = "run";
    private const string ScratchVolume = "scratch";
    private const string TicketVolume = "ticket";
    private const int TerminationGraceSeconds = 30;

    private static readonly PodResources DefaultResources = new()
    {
        Requests = ImmutableSortedDictionary<string, string>.Empty.Add("cpu", "10m").Add("memory", "64Mi"),
        Limits = ImmutableSortedDictionary<string, string>.Empty.Add("memory", "256Mi"),
    };

    private readonly Utf8JsonWriter _json;
    private readonly MarketplaceConnector _connector;
    private readonly PodDraft _draft;

    private PodBuilder(Utf8JsonWriter json, MarketplaceConnector connector, PodDraft draft) =>
        (_json, _connector, _draft) = (json, connector, draft);

    public static ReadOnlyMemory<byte> Build(MarketplaceConnector connector, PodDraft draft) =>
        JsonParts.Write(json => new PodBuilder(json, connector, draft).WritePod());

    private void WritePod()
    {
        _json.WriteString("apiVersion", "v1");
        _json.WriteString("kind", "Pod");
        _json.WriteObject("metadata", WriteMetadata);
        _json.WriteObject("spec", WriteSpec);
    }

    private void WriteMetadata()
    {
        _json.WriteString("name", _draft.Name);
        _json.WriteString("namespace", _connector.Metadata.Namespace);
        _json.WriteMap("labels", _draft.Labels);
        _json.WriteMap("annotations", _draft.Annotations);
        _json.WriteObjects("ownerReferences", [_connector.Metadata], WriteOwner);
    }

    private void WriteOwner(ObjectMeta owner)
    {
        _json.WriteString("apiVersion", ApiGroup.ApiVersion);
        _json.WriteString("kind", ApiGroup.ConnectorKind);
        _json.WriteString("name", owner.Name);
        _json.WriteString("uid", owner.Uid);
        _json.WriteBoolean("controller", value: true);
    }

    private void WriteSpec()
    {
        _json.WriteString("restartPolicy", "Never");
        _json.WriteBoolean("automountServiceAccountToken", value: false);
        _json.WriteNumber("activeDeadlineSeconds", (long)Math.Ceiling(_draft.ActiveDeadline.TotalSeconds));
        _json.WriteNumber("terminationGracePeriodSeconds", TerminationGraceSeconds);
        _json.WriteBoolean("enableServiceLinks", value: true);
        _json.WriteObjects("imagePullSecrets", _connector.Spec.Sync.ImagePullSecrets, s => Name(s.Name));
        _json.WriteObject("securityContext", WritePodSecurity);
        _json.WriteObjects("containers", [_draft.Revision.Sync], WriteContainer);
        WriteVolumes();
    }

    private void WritePodSecurity()
    {
        var user = _draft.Revision.Sync.RunAsUser;
        _json.WriteBoolean("runAsNonRoot", value: true);
        _json.WriteNumber("runAsUser", user);
        _json.WriteNumber("runAsGroup", user);
        _json.WriteNumber("fsGroup", user);
        _json.WriteObject("seccompProfile", () => _json.WriteString("type", "RuntimeDefault"));
    }

    private void WriteContainer(SyncPodSpec sync)
    {
        Name(ContainerName);
        _json.WriteString("image", sync.Image);
        if (_connector.Spec.Sync.ImagePullPolicy is { } policy)
        {
            _json.WriteString("imagePullPolicy", policy);
        }
        _json.WriteStrings("command", sync.Command);
        _json.WriteStrings("args", sync.Args);
        WriteEnvironment(sync);
        _json.WriteObject("resources", WriteResources);
        _json.WriteString("terminationMessagePath", "/dev/termination-log");
        _json.WriteString("terminationMessagePolicy", "File");
        _json.WriteObject("securityContext", WriteContainerSecurity);
        WriteMounts();
    }

    private void WriteEnvironment(SyncPodSpec sync)
    {
        // The operator's own come last: of two with one name the later wins.
        var own = _draft.Environment.Select(e => new EnvVar { Name = e.Key, Value = e.Value });
        _json.WriteObjects("env", sync.Env.Concat(own), WriteVariable);
    }

    private void WriteVariable(EnvVar variable)
    {
        Name(variable.Name);
        if (variable.Value is { } value)
        {
            _json.WriteString("value", value);
        }
        if (variable.ValueFrom is { SecretKeyRef: { } secret })
        {
            _json.WriteObject("valueFrom", () => WriteSelector("secretKeyRef", secret));
        }
        else if (variable.ValueFrom is { ConfigMapKeyRef: { } map })
        {
            _json.WriteObject("valueFrom", () => WriteSelector("configMapKeyRef", map));
        }
    }

    private void WriteSelector(string kind, KeySelector selector) =>
        _json.WriteObject(
            kind,
            () =>
            {
                Name(selector.Name);
                _json.WriteString("key", selector.Key);
            }
        );

    private void WriteResources()
    {
        var resources = _connector.Spec.Sync.Resources ?? DefaultResources;
        _json.WriteMap("requests", resources.Requests);
        _json.WriteMap("limits", resources.Limits);
    }

    private void WriteContainerSecurity()
    {
        _json.WriteBoolean("allowPrivilegeEscalation", value: false);
        _json.WriteBoolean("privileged", value: false);
        _json.WriteBoolean("readOnlyRootFilesystem", value: true);
        _json.WriteBoolean("runAsNonRoot", value: true);
        _json.WriteObject("capabilities", () => _json.WriteStrings("drop", ["ALL"]));
    }

    private sealed record Mount(string Volume, string Path, string? SubPath = null, bool IsReadOnly = true);

    private void WriteMounts() =>
        _json.WriteObjects(
            "volumeMounts",
            Mounts(),
            mount =>
            {
                Name(mount.Volume);
                _json.WriteString("mountPath", mount.Path);
                if (mount.SubPath is { } subPath)
                {
                    _json.WriteString("subPath", subPath);
                }
                if (mount.IsReadOnly)
                {
                    _json.WriteBoolean("readOnly", value: true);
                }
            }
        );

    /// <summary>run.json is mounted as a file of its own, so that the credentials can be mounted beside it.</summary>
    private IEnumerable<Mount> Mounts()
    {
        yield return new Mount(RunVolume, "/sync/run.json", SubPath: "run.json");
        yield return new Mount(ScratchVolume, "/tmp", IsReadOnly: false);
        for (var i = 0; i < _draft.Secrets.Length; i++)
        {
            yield return new Mount(SecretVolume(i), _draft.Secrets[i].Path);
        }
        if (_draft.Ticket is not null)
        {
            yield return new Mount(TicketVolume, "/sync/ticket");
        }
    }

    private void WriteVolumes()
    {
        _json.WriteStartArray("volumes");
        WriteVolume(
            RunVolume,
            "downwardAPI",
            () =>
                _json.WriteObjects(
                    "items",
                    [PodMarks.Run],
                    annotation =>
                    {
                        _json.WriteString("path", "run.json");
                        _json.WriteObject(
                            "fieldRef",
                            () => _json.WriteString("fieldPath", $"metadata.annotations['{annotation}']")
                        );
                    }
                )
        );
        WriteVolume(ScratchVolume, "emptyDir", () => _json.WriteString("sizeLimit", _draft.Revision.Sync.Scratch));
        for (var i = 0; i < _draft.Secrets.Length; i++)
        {
            var secret = _draft.Secrets[i].Secret;
            WriteVolume(SecretVolume(i), "secret", () => WriteReference("secretName", secret, isOptional: true));
        }
        if (_draft.Ticket is { } ticket)
        {
            WriteVolume(TicketVolume, "configMap", () => WriteReference("name", ticket, isOptional: false));
        }
        _json.WriteEndArray();
    }

    private void WriteVolume(string name, string kind, Action source)
    {
        _json.WriteStartObject();
        Name(name);
        _json.WriteObject(kind, source);
        _json.WriteEndObject();
    }

    private void WriteReference(string field, string name, bool isOptional)
    {
        _json.WriteString(field, name);
        _json.WriteBoolean("optional", isOptional);
    }

    private void Name(string name) => _json.WriteString("name", name);

    private static string SecretVolume(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"credentials-{index}");
}
