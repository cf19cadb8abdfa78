using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>A namespace in which one story happens: a user's hands (apply, patch, delete), and eyes that see pods and statuses.</summary>
internal sealed class Story : IAsyncDisposable
{
    private readonly TestCluster _cluster;
    private readonly PodRecorder _recorder;
    private readonly IDisposable _place;

    private Story(TestCluster cluster, string ns, PodRecorder recorder, IDisposable place)
    {
        _cluster = cluster;
        _recorder = recorder;
        _place = place;
        Namespace = ns;
    }

    public string Namespace { get; }
    public string MarketplaceUrl => _cluster.MarketplaceUrl;
    public Kube Kube => _cluster.Kube;

    /// <summary>Every sync pod that this namespace ever had, oldest first.</summary>
    public ImmutableArray<SeenRun> Runs => _recorder.Runs;

    public static async Task<Story> BeginAsync(
        TestCluster cluster,
        string name,
        CancellationToken ct,
        bool isAlone = false
    )
    {
        var place = await cluster.Places.TakeAsync(isAlone, ct);
        var ns = $"e2e-{name}-{Guid.NewGuid().ToString("N")[..6]}";
        var story = new Story(cluster, ns, await PodRecorder.StartAsync(cluster.Kube, ns, ct), place);
        await story.MakeNamespaceAsync(ct);
        return story;
    }

    /// <summary>The namespace and the secret of the examples: at the beginning, and again after it was deleted.</summary>
    public async Task MakeNamespaceAsync(CancellationToken ct)
    {
        await Kube.MakeNamespaceAsync(Namespace, $"{{{TestCluster.StoryLabel}: \"true\"}}", ct);
        await KubectlAsync(ct, "apply", "-f", "examples/quickstart/secret.yaml");
    }

    public async ValueTask DisposeAsync()
    {
        await _recorder.DisposeAsync();
        string[] quietly = ["--wait=false", "--ignore-not-found"];
        await Kube.KubectlAsync(CancellationToken.None, ["delete", "namespace", Namespace, .. quietly]); // clean up also when cancelled
        _place.Dispose();
    }

    public Task<string> ApplyAsync(ConnectorManifest connector, CancellationToken ct) =>
        Kube.ApplyAsync(Namespace, Yaml(connector), ct);

    public Task<string> ApplyAsync(ActionManifest action, CancellationToken ct) =>
        Kube.ApplyAsync(Namespace, action.Yaml(), ct);

    /// <summary>The action's status, once it was decided.</summary>
    public async Task<ActionStatus> AwaitActionAsync(string name, CancellationToken ct) =>
        (
            await Eventually.IsSoAsync(
                $"action '{name}' is decided",
                async () =>
                    (await Kube.GetAsync($"{Path("syncactions")}/{name}", ct)).Deserialize(ApiJson.Default.SyncAction)!, // see above
                a => a.Status.State is not null,
                a => Show(a.Status, ApiJson.Default.ActionStatus),
                ct
            )
        ).Status;

    public Task<string> ApplyAsync(RolloutManifest rollout, CancellationToken ct) =>
        Kube.ApplyAsync(Namespace, rollout.Yaml(), ct);

    public Task<ShellResult> TryApplyAsync(string manifest, CancellationToken ct, params string[] flags) =>
        Kube.TryKubectlAsync(manifest, ct, ["-n", Namespace, "apply", .. flags, "-f", "-"]);

    public string Yaml(ConnectorManifest connector) => connector.Yaml(_cluster.MarketplaceUrl);

    public Task<string> KubectlAsync(CancellationToken ct, params string[] arguments) =>
        Kube.KubectlAsync(ct, ["-n", Namespace, .. arguments]);

    /// <summary>As a user would: <c>kubectl patch</c> of one field.</summary>
    public Task ChangeImageAsync(string connector, string image, CancellationToken ct) =>
        PatchAsync(connector, new { spec = new { sync = new { image } } }, ct);

    public Task SuspendAsync(string connector, CancellationToken ct) =>
        PatchAsync(connector, new { spec = new { suspend = true } }, ct);

    public async Task<MarketplaceConnector> ConnectorAsync(string name, CancellationToken ct) =>
        (await Kube.GetAsync($"{Path("marketplaceconnectors")}/{name}", ct)).Deserialize(
            ApiJson.Default.MarketplaceConnector
        )!; // the API server never answers null

    public async Task<SyncRollout> RolloutAsync(string name, CancellationToken ct) =>
        (await Kube.GetAsync($"{Path("syncrollouts")}/{name}", ct)).Deserialize(ApiJson.Default.SyncRollout)!; // see above

    public async Task<ImmutableArray<JsonElement>> ConfigMapsAsync(CancellationToken ct) =>
        [.. (await Kube.GetAsync($"/api/v1/namespaces/{Namespace}/configmaps", ct)).Items("items")];

    public Task<SyncRollout> AwaitRolloutAsync(
        string name,
        string what,
        Func<SyncRollout, bool> isSo,
        CancellationToken ct
    ) =>
        Eventually.IsSoAsync(
            what,
            () => RolloutAsync(name, ct),
            isSo,
            r => Show(r.Status, ApiJson.Default.RolloutStatus),
            ct
        );

    public Task<SyncRollout> AwaitPhaseAsync(string rollout, string phase, int attempt, CancellationToken ct) =>
        AwaitRolloutAsync(
            rollout,
            $"attempt {attempt} is {phase}",
            r => r.Status.Phase == phase && r.Status.Attempt?.Number == attempt,
            ct
        );

    public Task<MarketplaceConnector> AwaitConnectorAsync(
        string name,
        string what,
        Func<MarketplaceConnector, bool> isSo,
        CancellationToken ct
    ) =>
        Eventually.IsSoAsync(
            what,
            () => ConnectorAsync(name, ct),
            isSo,
            c => Show(c.Status, ApiJson.Default.ConnectorStatus),
            ct
        );

    /// <summary>The condition of that type, once it is there with that reason.</summary>
    public async Task<Condition> AwaitConditionAsync(string connector, string type, string reason, CancellationToken ct)
    {
        bool IsIt(Condition c) => c.Type == type && c.Reason == reason;
        var found = await AwaitConnectorAsync(
            connector,
            $"condition {type} of '{connector}' has reason {reason}",
            c => c.Status.Conditions.Any(IsIt),
            ct
        );
        return found.Status.Conditions.First(IsIt);
    }

    /// <summary>Waits for the pods to show it.</summary>
    public Task<ImmutableArray<SeenRun>> AwaitRunsAsync(
        string what,
        Func<ImmutableArray<SeenRun>, bool> isSo,
        CancellationToken ct
    ) => Eventually.IsSoAsync(what, () => Task.FromResult(Runs), isSo, r => string.Join('\n', r), ct);

    /// <summary>Waits until each store of the connector has had a run of that image that ended well.</summary>
    public Task AwaitEveryStoreAsync(ConnectorManifest connector, string image, CancellationToken ct) =>
        AwaitRunsAsync(
            $"every store of '{connector.Name}' ran {image}",
            runs =>
                runs.Where(r => r.Connector == connector.Name && r.Image == image && r.Succeeded)
                    .SelectMany(r => r.Stores)
                    .ToHashSet()
                    .IsSupersetOf(connector.Stores),
            ct
        );

    /// <summary>All that helps to understand why a story failed.</summary>
    public async Task<string> DescribeAsync(CancellationToken ct)
    {
        var statuses = await Kube.TryKubectlAsync(null, ct, "-n", Namespace, "get", "mpc,syr,sya", "-o", "yaml");
        string[] columns =
        [
            "-o",
            "custom-columns=AT:.metadata.creationTimestamp,OF:.involvedObject.name,REASON:.reason,MESSAGE:.message",
        ];
        string[] events = ["-n", Namespace, "get", "events", .. columns];
        var ours = await Kube.TryKubectlAsync(null, ct, [.. events, "--field-selector=involvedObject.kind!=Pod"]);
        var warnings = await Kube.TryKubectlAsync(null, ct, [.. events, "--field-selector=type!=Normal"]);
        var log = await _cluster.Operator.RecentLogAsync(ct);
        return $"""
            == namespace {Namespace}
            {statuses.Everything}
            == pods ever seen
            {string.Join('\n', Runs)}
            == events
            {ours.Everything}{warnings.Everything}
            == the operator's log
            {string.Join('\n', Decisions(log).TakeLast(60))}
            """;
    }

    /// <summary>Reconciles of this namespace's objects that threw, as the operator logged them.</summary>
    public Task<string[]> FailedReconcilesAsync(CancellationToken ct) => LoggedAsync(["Error"], ct);

    /// <summary>All that the operator logged of this namespace that is more than information.</summary>
    public Task<string[]> ComplaintsAsync(CancellationToken ct) => LoggedAsync(["Warning", "Error", "Critical"], ct);

    private async Task<string[]> LoggedAsync(string[] levels, CancellationToken ct) =>
        [
            .. (await _cluster.Operator.RecentLogAsync(ct))
                .Split('\n')
                .Where(l => l.StartsWith('{'))
                .Select(l => JsonElement.Parse(l))
                .Where(l => levels.Contains(l.Text("LogLevel")) && l.Text("Message")?.Contains(Namespace) == true)
                .Select(l => $"{l.Text("Message")} {l.Text("Exception")}"),
        ];

    /// <summary>What the operator logged of this namespace, and its warnings; not one line a store.</summary>
    private IEnumerable<string> Decisions(string log) =>
        log.Split('\n')
            .Where(l => l.StartsWith('{'))
            .Select(l => JsonElement.Parse(l))
            .Where(l => l.Text("LogLevel") != "Information" || l.Text("Message")?.Contains(Namespace) == true)
            .Where(l => l.At("State", "Store") is null)
            .OrderBy(l => l.Text("Timestamp"), StringComparer.Ordinal)
            .Select(l => $"{l.Text("Timestamp")} {l.Text("LogLevel")} {l.Text("Message")}");

    private Task<string> PatchAsync<T>(string connector, T patch, CancellationToken ct) =>
        KubectlAsync(ct, "patch", "mpc", connector, "--type=merge", "-p", JsonSerializer.Serialize(patch));

    private string Path(string plural) => $"{Kube.OurApi}/namespaces/{Namespace}/{plural}";

    private static string Show<T>(T status, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) =>
        JsonSerializer.Serialize(status, type);
}
