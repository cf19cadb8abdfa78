using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Facts;

namespace Operator.Testing;

/// <summary>
/// Builders with good defaults; a test sets only the fields that matter. Plain names build small objects for planning tests,
/// <c>Full</c> names build objects with every field set, <c>Manifest</c> names build the YAML that users send to a cluster.
/// </summary>
public static partial class A
{
    public const string Good = "registry.example.com/sync:1.0";
    public const string Better = "registry.example.com/sync:1.1";
    public const string Bad = "registry.example.com/sync:1.2";

    public static MarketplaceConnector Connector(DateTimeOffset createdAt, int stores = 40) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = "amazon-eu",
                Namespace = "shop",
                Uid = "connector-1",
                Generation = 1,
                CreationTimestamp = createdAt,
            },
            Spec = new ConnectorSpec
            {
                Marketplace = Marketplace.Amazon,
                Sync = new SyncPodSpec { Image = Good },
                Stores = [.. Enumerable.Range(1, stores).Select(i => new Store { Name = $"store-{i:000}" })],
                Flows = [Flow()],
            },
        };

    /// <summary>A valid list of stores. The hash stands for the content of the list.</summary>
    public static StoreListSight StoreList(string source, string hash, params IEnumerable<string> stores) =>
        new()
        {
            Source = source,
            Hash = hash,
            Stores = [.. stores.Select(s => new Store { Name = s })],
        };

    public static StoreListSight BrokenList(string source, string problem) =>
        new() { Source = source, Problem = problem };

    public static ImmutableArray<StoreSource> StoresFrom(params IEnumerable<string> sources) =>
        [
            .. sources
                .Select(s => s.Split('/'))
                .Select(s => new StoreSource
                {
                    ConfigMapKeyRef = new KeySelector { Name = s[0], Key = s[1] },
                }),
        ];

    public static Flow Flow(string name = "orders") =>
        new()
        {
            Name = name,
            Schedule = "@every 10s",
            StartingDeadline = new Duration("20s"),
            StartTimeout = new Duration("8s"),
            Timeout = new Duration("30s"),
            MaxStoresPerRun = 10,
        };

    public static SyncAction Action(string name, ActionSpec spec, DateTimeOffset createdAt, string uid) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Namespace = "shop",
                Uid = uid,
                Generation = 1,
                CreationTimestamp = createdAt,
            },
            Spec = spec with
            {
                TargetRef = new ActionTarget { Kind = ActionTargetKind.MarketplaceConnector, Name = "amazon-eu" },
            },
        };

    public static ActionSpec RunNow(string flow = "", params ImmutableArray<string> stores) =>
        new()
        {
            Action = ActionVerb.RunNow,
            Flow = flow,
            Stores = Written(stores),
        };

    public static ActionSpec Suspend(string flow = "", params ImmutableArray<string> stores) =>
        new()
        {
            Action = ActionVerb.Suspend,
            Flow = flow,
            Stores = Written(stores),
        };

    public static ActionSpec Unsuspend(string flow = "", params ImmutableArray<string> stores) =>
        new()
        {
            Action = ActionVerb.Unsuspend,
            Flow = flow,
            Stores = Written(stores),
        };

    /// <summary>No store means all stores, so the list is left out.</summary>
    private static ImmutableArray<string> Written(ImmutableArray<string> stores) => stores.IsEmpty ? default : stores;

    public static SyncRollout Rollout(string uid = "rollout-1") =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Name = "amazon-eu",
                Namespace = "shop",
                Uid = uid,
                Generation = 1,
            },
            Spec = new RolloutSpec
            {
                ConnectorRef = new LocalObjectReference { Name = "amazon-eu" },
                Steps =
                [
                    new RolloutStep { Stores = new StoreShare("5%"), MinDuration = new Duration("20s") },
                    new RolloutStep { Stores = new StoreShare("25%"), MinDuration = new Duration("10s") },
                    new RolloutStep { Stores = new StoreShare("100%"), MinDuration = new Duration("10s") },
                ],
                Evidence = new EvidenceMinima
                {
                    MinRuns = 2,
                    MinItems = 10,
                    MinStores = 2,
                },
                Analysis = new AnalysisLimits { MaxErrorRate = new Percent("5%") },
            },
        };

    /// <summary>A connector for the example worker and its marketplace in a real cluster.</summary>
    public static ConnectorManifest ConnectorManifest(string name = "shop") => new() { Name = name };

    public static RolloutManifest RolloutManifest(string connector = "shop") => new() { Connector = connector };

    public static ActionManifest ActionManifest(string name) => new() { Name = name };

    /// <summary>Store names for a manifest.</summary>
    public static ImmutableArray<string> Stores(int count) =>
        [.. Enumerable.Range(1, count).Select(i => $"seller-{i:00}")];
}
