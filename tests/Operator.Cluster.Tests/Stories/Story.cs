using System.Collections.Immutable;
using System.Text.Json;
using Operator.Api;
using Operator.Testing;

namespace Operator.Cluster.Tests;

/// <summary>The namespace of one story: applies, patches and deletes objects as a user does, and reads pods and statuses.</summary>
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

    /// <summary>All sync pods that this namespace had so far, oldest first.</summary>
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

    /// <summary>Creates the namespace and the Secret of the examples, at the start or after a deletion of the namespace.</summary>
    public async Task MakeNamespaceAsync(CancellationToken ct)
    {
        await Kube.MakeNamespaceAsync(Namespace, $"{{{TestCluster.StoryLabel}: \"true\"}}", ct);
        await KubectlAsync(ct, "apply", "-f", "examples/quickstart/secret.yaml");
    }

    public async ValueTask DisposeAsync()
    {
        await _recorder.DisposeAsync();
        string[] quietly = ["--wait=false", "--ignore-not-found"];
        await Kube.KubectlAsync(CancellationToken.None, ["delete", "namespace", Namespace, .. quietly]); // a cancelled test cleans up too
        _place.Dispose();
    }

    public Task<string> ApplyAsync(ConnectorManifest connector, CancellationToken ct) =>
        Kube.ApplyAsync(Namespace, Yaml(connector), ct);

    public Task<string> ApplyAsync(ActionManifest action, CancellationToken ct) =>
        Kube.ApplyAsync(Namespace, action.Yaml(), ct);

    /// <summary>Waits until the action is decided and returns its status.</summary>
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

    /// <summary>Changes the image as a user does: <c>kubectl patch</c> of one field.</summary>
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

    /// <summary>Waits for a condition with this type and reason.</summary>
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

    /// <summary>Waits until the pods meet the condition.</summary>
    public Task<ImmutableArray<SeenRun>> AwaitRunsAsync(
        string what,
        Func<ImmutableArray<SeenRun>, bool> isSo,
        CancellationToken ct
    ) => Eventually.IsSoAsync(what, () => Task.FromResult(Runs), isSo, r => string.Join('\n', r), ct);

    /// <summary>Waits until each store of the connector has had a successful run of the image.</summary>
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

    /// <summary>Statuses, events and logs that help to explain a failed story.</summary>
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

    /// <summary>The logged errors about this namespace: reconciles that threw.</summary>
    public Task<string[]> FailedReconcilesAsync(CancellationToken ct) => LoggedAsync(["Error"], ct);

    /// <summary>The operator's log lines about this namespace, from level Warning.</summary>
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

    /// <summary>The operator's Information lines about this namespace and all its other lines, without the lines per store.</summary>
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
