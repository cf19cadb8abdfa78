using System.Collections.Immutable;
using System.Text.Json;
using Operator.Testing;
using YamlDotNet.Serialization;

namespace Operator.Cluster.Tests;

/// <summary>The rights of our pods on their node, and of the operator in the cluster.</summary>
public sealed class SecurityTests(TestCluster cluster) : ClusterStory(cluster, "security")
{
    private const string ServiceAccount = $"system:serviceaccount:{OperatorRelease.Namespace}:{OperatorRelease.Name}";

    [Fact]
    public async Task The_operators_pods_are_unprivileged()
    {
        var pods = await Cluster.Operator.PodsAsync(Ct);

        Assert.NotEmpty(pods);
        Assert.All(pods, AssertUnprivileged);
    }

    [Fact]
    public async Task Sync_pods_are_unprivileged_and_get_no_token()
    {
        var connector = A.ConnectorManifest() with { Stores = A.Stores(2) };
        await Story.ApplyAsync(connector, Ct);
        await Story.AwaitEveryStoreAsync(connector, ExampleWorker.Good, Ct);

        Assert.All(Story.Runs, r => AssertUnprivileged(r.Json));
        Assert.All(Story.Runs, r => Assert.False(r.Json.Flag("spec", "automountServiceAccountToken")));
        Assert.DoesNotContain(
            Story.Runs.SelectMany(r => r.Json.Items("spec", "volumes")),
            v => v.At("projected") is not null || v.At("hostPath") is not null || v.Text("name")!.Contains("token")
        );
    }

    [Fact]
    public async Task A_worker_with_a_user_of_its_own_reads_its_credentials_which_others_can_not_read()
    {
        var connector = A.ConnectorManifest() with { Stores = A.Stores(2), SyncExtra = "runAsUser: 12345" };
        await Story.ApplyAsync(connector, Ct);

        await Story.AwaitEveryStoreAsync(connector, ExampleWorker.Good, Ct);

        var secrets = Story
            .Runs.SelectMany(r => r.Json.Items("spec", "volumes"))
            .Where(v => v.At("secret") is not null);
        Assert.NotEmpty(secrets);
        Assert.All(secrets, s => Assert.Equal(Convert.ToInt32("440", 8), s.At("secret")!.Value.Count("defaultMode"))); // filtered
    }

    [Theory]
    [InlineData("get", "secrets")]
    [InlineData("list", "secrets")]
    [InlineData("watch", "secrets")]
    [InlineData("create", "secrets")]
    [InlineData("create", "configmaps")]
    [InlineData("update", "configmaps")]
    [InlineData("patch", "configmaps")]
    [InlineData("delete", "configmaps")]
    [InlineData("update", "pods")]
    [InlineData("create", "pods/exec")]
    [InlineData("delete", "marketplaceconnectors.marketplace-operator.io")]
    [InlineData("update", "marketplaceconnectors.marketplace-operator.io")]
    [InlineData("update", "syncactions.marketplace-operator.io")]
    [InlineData("patch", "marketplaceconnectors.marketplace-operator.io")]
    [InlineData("patch", "syncactions.marketplace-operator.io")]
    [InlineData("patch", "syncrecords.marketplace-operator.io")]
    [InlineData("update", "syncrollouts.marketplace-operator.io/status")]
    [InlineData("create", "syncactions.marketplace-operator.io")]
    [InlineData("delete", "syncrollouts.marketplace-operator.io")]
    [InlineData("get", "nodes")]
    [InlineData("create", "clusterrolebindings.rbac.authorization.k8s.io")]
    [InlineData("impersonate", "serviceaccounts")]
    [InlineData("list", "serviceaccounts")]
    [InlineData("create", "serviceaccounts/token")]
    public async Task The_operator_may_not(string verb, string resource) =>
        Assert.Equal("no", await CanAsync(verb, resource));

    [Theory]
    [InlineData("create", "pods")]
    [InlineData("get", "configmaps")]
    [InlineData("update", "syncrecords.marketplace-operator.io")]
    [InlineData("patch", "marketplaceconnectors.marketplace-operator.io/status")]
    [InlineData("patch", "syncrollouts.marketplace-operator.io/status")]
    [InlineData("patch", "syncactions.marketplace-operator.io/status")]
    [InlineData("delete", "syncactions.marketplace-operator.io")]
    public async Task The_operator_may(string verb, string resource) =>
        Assert.Equal("yes", await CanAsync(verb, resource));

    [Fact]
    public async Task No_role_of_the_chart_has_a_wildcard_or_knows_Secrets()
    {
        var template = await Cluster.Operator.HelmAsync(Ct, "template", OperatorRelease.Name, OperatorRelease.Chart);
        var rules = RulesOf(template.OrThrow());

        Assert.NotEmpty(rules);
        Assert.All(rules, words => Assert.DoesNotContain("*", words));
        Assert.All(
            rules,
            words => Assert.DoesNotContain(words, w => w.StartsWith("secrets", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task No_role_of_the_chart_writes_ConfigMaps()
    {
        var template = await Cluster.Operator.HelmAsync(Ct, "template", OperatorRelease.Name, OperatorRelease.Chart);

        var rules = RulesOf(template.OrThrow()).Where(words => words.Contains("configmaps")).ToList();

        Assert.NotEmpty(rules);
        string[] reading = ["", "configmaps", "get", "list", "watch"];
        Assert.All(rules, words => Assert.Empty(words.Except(reading)));
    }

    private async Task<string> CanAsync(string verb, string resource)
    {
        var (kind, subresource) = resource.Split('/') is [var whole, var part] ? (whole, part) : (resource, "");
        string[] question = ["auth", "can-i", verb, kind, $"--subresource={subresource}", $"--as={ServiceAccount}"];
        var answer = await Story.Kube.TryKubectlAsync(null, Ct, [.. question, "--all-namespaces"]);
        return answer.Output.Trim().Split(' ')[0];
    }

    /// <summary>All strings of each rule: groups, resources, names and verbs.</summary>
    private static ImmutableArray<ImmutableArray<string>> RulesOf(string manifests)
    {
        var deserializer = new DeserializerBuilder().Build();
        var roles = manifests
            .Split("\n---\n")
            .Select(m => deserializer.Deserialize<Dictionary<string, object>?>(m))
            .Where(m => m?.GetValueOrDefault("kind") is "Role" or "ClusterRole");
        var rules = roles.SelectMany(r => (List<object>)r!["rules"]).Cast<Dictionary<object, object>>(); // filtered above
        return
        [
            .. rules.Select(r => r.Values.Cast<List<object>>().SelectMany(v => v).Cast<string>().ToImmutableArray()),
        ];
    }

    private static void AssertUnprivileged(JsonElement pod)
    {
        Assert.True(pod.Flag("spec", "securityContext", "runAsNonRoot"));
        Assert.Equal("RuntimeDefault", pod.Text("spec", "securityContext", "seccompProfile", "type"));
        Assert.NotEqual(true, pod.Flag("spec", "hostNetwork"));
        foreach (var container in pod.Items("spec", "containers"))
        {
            var context = container.At("securityContext") ?? default;
            Assert.True(context.Flag("readOnlyRootFilesystem"));
            Assert.False(context.Flag("allowPrivilegeEscalation"));
            Assert.NotEqual(true, context.Flag("privileged"));
            Assert.Equal(["ALL"], context.Items("capabilities", "drop").Select(c => c.GetString()));
            Assert.Empty(context.Items("capabilities", "add"));
        }
    }
}
