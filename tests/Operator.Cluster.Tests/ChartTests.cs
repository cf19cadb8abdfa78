using Operator.Testing;
using YamlDotNet.Serialization;

namespace Operator.Cluster.Tests;

/// <summary>The chart with the real Helm, on a cluster with a running attempt.</summary>
[Collection(Unsettled.Name)]
public sealed class ChartTests(UnsettledCluster cluster) : UnsettlingStory(cluster, "chart")
{
    private const string ConnectorCrd =
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/marketplaceconnectors.marketplace-operator.io";

    [Fact]
    public async Task An_attempt_goes_on_over_an_upgrade_and_even_over_an_uninstallation()
    {
        await MidStep.BeginAsync(Story, Ct);
        var crd = await UidAsync(ConnectorCrd);
        var old = (await Cluster.Operator.PodsAsync(Ct)).Select(p => p.Text("metadata", "uid")).ToList();

        await Cluster.Operator.InstallAsync(Ct, "operator.workers=3");

        Assert.Empty(
            (await Cluster.Operator.PodsAsync(Ct)).Where(IsLiving).Select(p => p.Text("metadata", "uid")).Intersect(old)
        );
        Assert.Equal(crd, await UidAsync(ConnectorCrd));
        Assert.Equal(1, (await Story.RolloutAsync("shop", Ct)).Status.Attempt?.Number);

        await Cluster.Operator.UninstallAsync(Ct);

        Assert.Equal(crd, await UidAsync(ConnectorCrd));
        Assert.Equal("shop", (await Story.ConnectorAsync("shop", Ct)).Metadata.Name);
        await Story.AwaitRunsAsync("all runs have ended", runs => runs.All(r => r.HasEnded), Ct);

        await Cluster.Operator.InstallAsync(Ct);

        await Story.AwaitPhaseAsync("shop", "Promoted", attempt: 1, Ct);
        Assert.Equal(crd, await UidAsync(ConnectorCrd));
        MidStep.Assert_kept_its_steps(Story.Runs, attempt: 1);
        Invariants.No_store_ran_twice_in_a_slot(Story.Runs);
    }

    [Fact]
    public async Task Helm_lint_finds_nothing()
    {
        var lint = await Cluster.Operator.HelmAsync(Ct, "lint", "--strict", OperatorRelease.Chart);

        Assert.True(lint.ExitCode == 0, lint.Everything);
    }

    /// <summary>
    /// Helm lets a release of one name be in each namespace, and refuses an object that another one has (StarRocks operator 144,
    /// cockroachdb helm-charts 283). The CRDs are shared on purpose.
    /// </summary>
    [Theory]
    [InlineData("")]
    [InlineData("shop")]
    public async Task Two_releases_of_one_name_share_no_object(string watched)
    {
        var first = await ObjectsAsync("team-a", watched);
        var second = await ObjectsAsync("team-b", watched);

        Assert.NotEmpty(first);
        Assert.Empty(first.Intersect(second));
    }

    [Theory]
    [InlineData("operator.workers=0", "workers")]
    [InlineData("operator.minimumInterval=soon", "minimumInterval")]
    [InlineData("operator.logLevel=Loud", "logLevel")]
    [InlineData("operator.takeOver=team a", "takeOver")]
    [InlineData("replica=3", "replica")]
    public async Task Values_that_make_no_sense_are_refused_by_name(string setting, string name)
    {
        var template = await Cluster.Operator.HelmAsync(Ct, "template", OperatorRelease.Chart, "--set", setting);

        Assert.NotEqual(0, template.ExitCode);
        Assert.Contains(name, template.Error);
    }

    /// <summary>Kind, namespace and name of each object of a release that has the usual name in the given namespace.</summary>
    private async Task<IReadOnlyList<string>> ObjectsAsync(string ns, string watched)
    {
        string[] settings = ["--set", $"crds.install=false,operator.watchNamespace={watched}"];
        string[] template = ["template", OperatorRelease.Name, OperatorRelease.Chart, "--namespace", ns];
        var manifests = (await Cluster.Operator.HelmAsync(Ct, [.. template, .. settings])).OrThrow();
        var deserializer = new DeserializerBuilder().Build();
        var objects = manifests.Split("\n---\n").Select(m => deserializer.Deserialize<Dictionary<string, object>?>(m));
        return
        [
            .. from item in objects.OfType<Dictionary<string, object>>()
            let metadata = (Dictionary<object, object>)item["metadata"]
            select $"{item["kind"]} {metadata.GetValueOrDefault("namespace")}/{metadata["name"]}",
        ];
    }

    private static bool IsLiving(System.Text.Json.JsonElement pod) => pod.Text("metadata", "deletionTimestamp") is null;

    private async Task<string?> UidAsync(string path) => (await Story.Kube.GetAsync(path, Ct)).Text("metadata", "uid");
}
