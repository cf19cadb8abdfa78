using System.Text;
using k8s;
using k8s.Models;
using Operator.Api;
using Operator.Planning.Runs;

namespace Operator.Acting;

/// <summary>
/// Builds the sync pod: the revision's content and an allow-list of live fields, under the restricted Pod Security Standard.
/// No service-account token, nothing writable but /tmp, and nobody else's annotations.
/// </summary>
internal static class PodBuilder
{
    public const string ContainerName = "sync";
    private const string RunVolume = "run";
    private const string ScratchVolume = "scratch";
    private const string TicketVolume = "ticket";

    private static readonly Dictionary<string, ResourceQuantity> DefaultRequests = new(StringComparer.Ordinal)
    {
        ["cpu"] = new ResourceQuantity("10m"),
        ["memory"] = new ResourceQuantity("64Mi"),
    };

    private static readonly Dictionary<string, ResourceQuantity> DefaultLimits = new(StringComparer.Ordinal)
    {
        ["memory"] = new ResourceQuantity("256Mi"),
    };

    public static ReadOnlyMemory<byte> Build(MarketplaceConnector connector, PodDraft draft) =>
        Encoding.UTF8.GetBytes(KubernetesJson.Serialize(Pod(connector, draft)));

    private static V1Pod Pod(MarketplaceConnector connector, PodDraft draft) =>
        new()
        {
            ApiVersion = "v1",
            Kind = "Pod",
            Metadata = new V1ObjectMeta
            {
                Name = draft.Name,
                NamespaceProperty = connector.Metadata.Namespace,
                Labels = new Dictionary<string, string>(draft.Labels, StringComparer.Ordinal),
                Annotations = new Dictionary<string, string>(draft.Annotations, StringComparer.Ordinal),
                OwnerReferences = [OwnerOf(connector)],
            },
            Spec = new V1PodSpec
            {
                RestartPolicy = "Never",
                AutomountServiceAccountToken = false,
                ActiveDeadlineSeconds = (long)Math.Ceiling(draft.ActiveDeadline.TotalSeconds),
                TerminationGracePeriodSeconds = 30,
                EnableServiceLinks = true,
                ImagePullSecrets =
                [
                    .. connector.Spec.Sync.ImagePullSecrets.Select(s => new V1LocalObjectReference { Name = s.Name }),
                ],
                SecurityContext = new V1PodSecurityContext
                {
                    RunAsNonRoot = true,
                    RunAsUser = draft.Revision.Sync.RunAsUser,
                    RunAsGroup = draft.Revision.Sync.RunAsUser,
                    FsGroup = draft.Revision.Sync.RunAsUser,
                    SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
                },
                Containers = [Container(connector, draft)],
                Volumes = [.. Volumes(draft)],
            },
        };

    private static V1OwnerReference OwnerOf(MarketplaceConnector connector) =>
        new()
        {
            ApiVersion = ApiGroup.ApiVersion,
            Kind = ApiGroup.ConnectorKind,
            Name = connector.Metadata.Name,
            Uid = connector.Metadata.Uid,
            Controller = true,
        };

    private static V1Container Container(MarketplaceConnector connector, PodDraft draft)
    {
        var sync = draft.Revision.Sync;
        return new V1Container
        {
            Name = ContainerName,
            Image = sync.Image,
            ImagePullPolicy = connector.Spec.Sync.ImagePullPolicy,
            Command = [.. sync.Command],
            Args = [.. sync.Args],
            Env =
            [
                .. sync.Env.Select(EnvOf),
                .. draft.Environment.Select(e => new V1EnvVar { Name = e.Key, Value = e.Value }),
            ],
            Resources = ResourcesOf(connector.Spec.Sync.Resources),
            TerminationMessagePath = "/dev/termination-log",
            TerminationMessagePolicy = "File",
            SecurityContext = new V1SecurityContext
            {
                AllowPrivilegeEscalation = false,
                Privileged = false,
                ReadOnlyRootFilesystem = true,
                RunAsNonRoot = true,
                Capabilities = new V1Capabilities { Drop = ["ALL"] },
            },
            VolumeMounts = [.. Mounts(draft)],
        };
    }

    private static V1EnvVar EnvOf(EnvVar variable) =>
        new()
        {
            Name = variable.Name,
            Value = variable.Value,
            ValueFrom = variable.ValueFrom switch
            {
                { SecretKeyRef: { } secret } => new V1EnvVarSource
                {
                    SecretKeyRef = new V1SecretKeySelector { Name = secret.Name, Key = secret.Key },
                },
                { ConfigMapKeyRef: { } map } => new V1EnvVarSource
                {
                    ConfigMapKeyRef = new V1ConfigMapKeySelector { Name = map.Name, Key = map.Key },
                },
                _ => null,
            },
        };

    private static V1ResourceRequirements ResourcesOf(PodResources? resources) =>
        resources is null
            ? new V1ResourceRequirements { Requests = DefaultRequests, Limits = DefaultLimits }
            : new V1ResourceRequirements
            {
                Requests = Quantities(resources.Requests),
                Limits = Quantities(resources.Limits),
            };

    private static Dictionary<string, ResourceQuantity> Quantities(IReadOnlyDictionary<string, string> texts) =>
        texts.ToDictionary(t => t.Key, t => new ResourceQuantity(t.Value), StringComparer.Ordinal);

    /// <summary>run.json is mounted as a file of its own, so that the credentials can be mounted beside it.</summary>
    private static IEnumerable<V1VolumeMount> Mounts(PodDraft draft)
    {
        yield return new V1VolumeMount
        {
            Name = RunVolume,
            MountPath = "/sync/run.json",
            SubPath = "run.json",
            ReadOnlyProperty = true,
        };
        yield return new V1VolumeMount { Name = ScratchVolume, MountPath = "/tmp" };
        for (var i = 0; i < draft.Secrets.Length; i++)
        {
            yield return new V1VolumeMount
            {
                Name = SecretVolume(i),
                MountPath = draft.Secrets[i].Path,
                ReadOnlyProperty = true,
            };
        }
        if (draft.Ticket is not null)
        {
            yield return new V1VolumeMount
            {
                Name = TicketVolume,
                MountPath = "/sync/ticket",
                ReadOnlyProperty = true,
            };
        }
    }

    private static IEnumerable<V1Volume> Volumes(PodDraft draft)
    {
        yield return new V1Volume
        {
            Name = RunVolume,
            DownwardAPI = new V1DownwardAPIVolumeSource
            {
                Items =
                [
                    new V1DownwardAPIVolumeFile
                    {
                        Path = "run.json",
                        FieldRef = new V1ObjectFieldSelector { FieldPath = $"metadata.annotations['{PodMarks.Run}']" },
                    },
                ],
            },
        };
        yield return new V1Volume
        {
            Name = ScratchVolume,
            EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new ResourceQuantity(draft.Revision.Sync.Scratch) },
        };
        for (var i = 0; i < draft.Secrets.Length; i++)
        {
            yield return new V1Volume
            {
                Name = SecretVolume(i),
                Secret = new V1SecretVolumeSource { SecretName = draft.Secrets[i].Secret, Optional = true },
            };
        }
        if (draft.Ticket is { } ticket)
        {
            yield return new V1Volume
            {
                Name = TicketVolume,
                ConfigMap = new V1ConfigMapVolumeSource { Name = ticket, Optional = false },
            };
        }
    }

    private static string SecretVolume(int index) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"credentials-{index}");
}
