using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Planning.Output;
using Operator.Runtime;

namespace Operator.Acting;

/// <summary>
/// Builds the sync pod from the revision's content and an allow-list of live fields, under the restricted Pod Security Standard.
/// The pod has no service-account token, only /tmp is writable, and it has no annotations of other owners. JSON is written field
/// by field: the pod type of a client library brings the serialisation of all Kubernetes kinds, half of the process's memory.
/// </summary>
internal sealed class PodBuilder
{
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
        _json.WriteMap("labels", Merge(_connector.Spec.Sync.PodLabels, _draft.Labels));
        _json.WriteMap("annotations", Merge(_connector.Spec.Sync.PodAnnotations, _draft.Annotations));
        _json.WriteObjects("ownerReferences", [_connector.Metadata], WriteOwner);
    }

    /// <summary>Our values win. Keys of other owners are left out, even if the validator accepted them.</summary>
    private static ImmutableSortedDictionary<string, string> Merge(
        ImmutableSortedDictionary<string, string> users,
        ImmutableSortedDictionary<string, string> own
    ) => users.RemoveRange(users.Keys.Where(k => PodMetadata.OwnerOf(k) is not null)).SetItems(own);

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
        var revision = _draft.Revision.Sync;
        _json.WriteString("restartPolicy", "Never");
        _json.WriteBoolean("automountServiceAccountToken", value: false);
        WriteOptional("serviceAccountName", revision.ServiceAccountName);
        _json.WriteNumber("activeDeadlineSeconds", WholeSeconds(_draft.ActiveDeadline));
        _json.WriteNumber("terminationGracePeriodSeconds", WholeSeconds(revision.TerminationGracePeriod.Value));
        // With links each Service of the namespace adds variables, whose number and names would depend on the cluster.
        _json.WriteBoolean("enableServiceLinks", value: false);
        _json.WriteObjects("imagePullSecrets", _connector.Spec.Sync.ImagePullSecrets, s => Name(s.Name));
        WritePlacement(_connector.Spec.Sync);
        _json.WriteObject("securityContext", WritePodSecurity);
        _json.WriteObjects("containers", [revision], WriteContainer);
        Volumes.WriteVolumes(_json);
    }

    /// <summary>Uses the live spec, because placement is not part of a revision.</summary>
    private void WritePlacement(SyncPodSpec live)
    {
        WriteOptional("priorityClassName", live.PriorityClassName);
        if (!live.NodeSelector.IsEmpty)
        {
            _json.WriteMap("nodeSelector", live.NodeSelector);
        }
        if (!live.Tolerations.IsEmpty)
        {
            _json.WriteObjects("tolerations", live.Tolerations, WriteToleration);
        }
    }

    private void WriteToleration(Toleration toleration)
    {
        WriteOptional("key", toleration.Key);
        WriteOptional("operator", toleration.Operator);
        WriteOptional("value", toleration.Value);
        WriteOptional("effect", toleration.Effect);
        if (toleration.TolerationSeconds is { } seconds)
        {
            _json.WriteNumber("tolerationSeconds", seconds);
        }
    }

    private static long WholeSeconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);

    private void WritePodSecurity()
    {
        var (user, group) = (_draft.Revision.Sync.RunAsUser, _draft.Revision.Sync.FsGroup);
        _json.WriteBoolean("runAsNonRoot", value: true);
        _json.WriteNumber("runAsUser", user);
        _json.WriteNumber("runAsGroup", user);
        _json.WriteNumber("fsGroup", group ?? user);
        _json.WriteObject("seccompProfile", () => _json.WriteString("type", "RuntimeDefault"));
    }

    private void WriteContainer(SyncPodSpec sync)
    {
        Name(PodMarks.ContainerName);
        _json.WriteString("image", sync.Image);
        WriteOptional("imagePullPolicy", _connector.Spec.Sync.ImagePullPolicy);
        _json.WriteStrings("command", sync.Command);
        _json.WriteStrings("args", sync.Args);
        WriteEnvironment(sync);
        _json.WriteObject("resources", WriteResources);
        _json.WriteString("terminationMessagePath", "/dev/termination-log");
        _json.WriteString("terminationMessagePolicy", "File");
        _json.WriteObject("securityContext", WriteContainerSecurity);
        Volumes.WriteMounts(_json);
    }

    private void WriteEnvironment(SyncPodSpec sync)
    {
        // The operator's variables come last: of two variables with the same name, the last one wins.
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
            _json.WriteString("value", Literal(_draft.Revision.Values[RevisionContent.KeyOf(map)]));
        }
    }

    /// <summary>The kubelet expands <c>$(NAME)</c> in values of variables, but not in values from a ConfigMap.</summary>
    private static string Literal(string value) => value.Replace("$", "$$", StringComparison.Ordinal);

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
        var resources = (_connector.Spec.Sync.Resources ?? PodResources.Default).WithDiskLimit(
            _draft.Revision.Sync.Scratch
        );
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

    private PodVolumes Volumes => PodVolumes.Of(_draft, _connector.Spec.Sync.CaBundle);

    private void WriteOptional(string name, string? text)
    {
        if (text is not null)
        {
            _json.WriteString(name, text);
        }
    }

    private void Name(string name) => _json.WriteString("name", name);
}
