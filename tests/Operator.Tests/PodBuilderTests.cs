using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Acting;
using Operator.Api;
using Operator.Planning.Output;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Tests;

/// <summary>The whole pod for the API server. It meets the restricted Pod Security Standard and has only allowed fields.</summary>
public sealed class PodBuilderTests
{
    [Fact]
    public void A_candidate_pod_with_everything_in_it_is_exactly_this()
    {
        var connector = new MarketplaceConnector
        {
            Metadata = new ObjectMeta
            {
                Name = "amazon-eu",
                Namespace = "shop",
                Uid = "u-1",
            },
            Spec = new ConnectorSpec
            {
                Sync = new SyncPodSpec
                {
                    ImagePullPolicy = "Always",
                    ImagePullSecrets = [new LocalObjectReference { Name = "regcred" }],
                    NodeSelector = Map(("example.com/pool", "sync")),
                    Tolerations =
                    [
                        new Toleration
                        {
                            Key = "example.com/pool",
                            Operator = "Equal",
                            Value = "sync",
                            Effect = "NoExecute",
                            TolerationSeconds = 60,
                        },
                        new Toleration { Operator = "Exists" },
                    ],
                    PriorityClassName = "batch",
                    CaBundle = new CaBundle
                    {
                        ConfigMapKeyRef = new KeySelector { Name = "corp-ca", Key = "bundle.pem" },
                    },
                    PodLabels = Map(("team", "orders")),
                    PodAnnotations = Map(("sidecar.istio.io/inject", "false")),
                    Resources = new PodResources
                    {
                        Requests = Map(("cpu", "10m")),
                        Limits = Map(("memory", "128Mi"), ("cpu", "2")),
                    },
                },
            },
        };
        var draft = new PodDraft
        {
            Name = "amazon-eu-orders-0123456789abcdef",
            Flow = "orders",
            Revision = new Revision
            {
                Sync = new SyncPodSpec
                {
                    Image = "registry.example.com/sync:1.1",
                    Command = ["/sync"],
                    Args = ["--fast", "\"quoted\""],
                    Env =
                    [
                        new EnvVar { Name = "PLAIN", Value = "a b" },
                        new EnvVar
                        {
                            Name = "SECRET",
                            ValueFrom = new EnvVarSource
                            {
                                SecretKeyRef = new KeySelector { Name = "s", Key = "k" },
                            },
                        },
                        new EnvVar
                        {
                            Name = "MAPPED",
                            ValueFrom = new EnvVarSource
                            {
                                ConfigMapKeyRef = new KeySelector { Name = "c", Key = "l" },
                            },
                        },
                    ],
                    RunAsUser = 1000,
                    Scratch = "256Mi",
                    FsGroup = 2000,
                    TerminationGracePeriod = new Duration("1m30.5s"),
                    ServiceAccountName = "sync-workers",
                },
                Values = Map(("c/l", "5$ $(SECRET)")),
            },
            Labels = Map(("marketplace-operator.io/flow", "orders")),
            Annotations = Map(("marketplace-operator.io/run", "{\"run\":\"x\"}")),
            Environment = [new("SYNC_FLOW", "orders")],
            Secrets =
            [
                new SecretMount("app", "/sync/credentials/app"),
                new SecretMount("s1", "/sync/credentials/stores/s1"),
                new SecretMount("sellers", "/sync/credentials/stores/s2")
                {
                    Items = [new SecretItem("s2.refresh_token", "refresh_token")],
                },
            ],
            ActiveDeadline = TimeSpan.FromSeconds(750.5),
        };

        var pod = PodBuilder.Build(connector, draft);

        AssertSame("pod-full.json", pod);
    }

    [Fact]
    public void A_stable_pod_with_nothing_optional_gets_the_defaults()
    {
        var connector = new MarketplaceConnector
        {
            Metadata = new ObjectMeta
            {
                Name = "c",
                Namespace = "n",
                Uid = "u",
            },
        };
        var draft = new PodDraft
        {
            Name = "c-f-0",
            Revision = new Revision { Sync = new SyncPodSpec { Image = "i" } },
            ActiveDeadline = TimeSpan.FromSeconds(60),
        };

        var pod = PodBuilder.Build(connector, draft);

        AssertSame("pod-plain.json", pod);
    }

    [Fact]
    public void What_belongs_to_the_operator_to_GitOps_tools_or_to_security_is_never_taken_over()
    {
        var hostile = Map(
            ("marketplace-operator.io/flow", "stolen"),
            ("app.kubernetes.io/managed-by", "stolen"),
            ("argocd.argoproj.io/tracking-id", "stolen"),
            ("kustomize.toolkit.fluxcd.io/name", "stolen"),
            ("kubectl.kubernetes.io/last-applied-configuration", "stolen"),
            ("seccomp.security.alpha.kubernetes.io/pod", "unconfined"),
            ("mine", "kept")
        );
        var connector = new MarketplaceConnector
        {
            Metadata = new ObjectMeta { Name = "c", Annotations = hostile },
            Spec = new ConnectorSpec
            {
                Sync = new SyncPodSpec { PodLabels = hostile, PodAnnotations = hostile },
            },
        };
        var draft = new PodDraft
        {
            Labels = Map(("marketplace-operator.io/flow", "orders")),
            Annotations = Map(("marketplace-operator.io/run", "{}")),
        };

        var metadata = JsonNode.Parse(PodBuilder.Build(connector, draft).Span)!["metadata"]!;

        Assert.Equal("""{"marketplace-operator.io/flow":"orders","mine":"kept"}""", metadata["labels"]!.ToJsonString());
        Assert.Equal("""{"marketplace-operator.io/run":"{}","mine":"kept"}""", metadata["annotations"]!.ToJsonString());
    }

    private static ImmutableSortedDictionary<string, string> Map(params (string Key, string Value)[] entries) =>
        entries.ToImmutableSortedDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);

    private static void AssertSame(string file, ReadOnlyMemory<byte> pod)
    {
        var expected = JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pods", file)));
        var actual = JsonNode.Parse(pod.Span);
        Assert.True(JsonNode.DeepEquals(expected, actual), Indented(actual));
    }

    private static string Indented(JsonNode? node) =>
        node?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "null";
}
