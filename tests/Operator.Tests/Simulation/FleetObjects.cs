using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Operator.Api;

namespace Operator.Tests.Simulation;

/// <summary>The objects that the users of a world write, and the tags of the sync image.</summary>
internal sealed class FleetObjects(Random random, int? quotaSeed = null)
{
    public const string Namespace = "shop";
    public const string Name = "fleet";
    public const string StoreLists = "fleet-stores";
    private const string StoreListKey = "stores.yaml";
    private const string Repository = "registry.example.com/sync";

    /// <summary>Image tags, named after their behaviour. Every world starts with a good one.</summary>
    public static readonly string[] Tags =
    [
        "good-1",
        "good-2",
        "good-3",
        "bad",
        "crash",
        "missing",
        "poison",
        "mute",
        "flaky",
    ];

    /// <summary>The API that flows of some worlds use.</summary>
    public const string Api = "orders";

    /// <summary>The number of stores in the ConfigMap at the start; 0 in worlds without the ConfigMap.</summary>
    public int Listed { get; } = random.Next(2) == 0 ? 0 : random.Next(1, 5);

    public static string Image(string tag) => $"{Repository}:{tag}";

    /// <summary>The worker of the image does everything well.</summary>
    public static bool IsGood(string image) => image.StartsWith(Image("good"), StringComparison.Ordinal);

    /// <summary>Null in worlds without a quota. Uses its own random numbers, so it changes nothing else in a world.</summary>
    public Quota? Quota { get; } = quotaSeed is { } seed ? DrawQuota(new Random(~seed)) : null;

    /// <summary>Empty in half of the worlds. May name stores that the world does not have. Uses its own random numbers, too.</summary>
    public RolloutCohort Cohort { get; } = DrawCohort(new Random(quotaSeed ^ 0x0C04027 ?? 0));

    public JsonObject Connector() =>
        Node(
            new MarketplaceConnector
            {
                Metadata = Metadata(),
                Spec = new ConnectorSpec
                {
                    Marketplace = Marketplace.Custom,
                    Quotas = Quota is null ? [] : [Quota],
                    Sync = new SyncPodSpec { Image = Image("good-1") },
                    Stores = [.. Enumerable.Range(1, random.Next(3, 10)).Select(Store)],
                    StoresFrom = Listed == 0 ? [] : [Source()],
                    Flows = [.. Enumerable.Range(1, random.Next(4) == 0 ? 2 : 1).Select(Flow)],
                },
            },
            ApiJson.Default.MarketplaceConnector
        );

    /// <summary>The first <paramref name="stores"/> stores of the list, as YAML.</summary>
    public static string StoreList(int stores) =>
        string.Concat(Enumerable.Range(1, stores).Select(i => $"- name: l{i:00}\n"));

    public static JsonObject StoresConfigMap(string content) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject
            {
                ["name"] = StoreLists,
                ["namespace"] = Namespace,
                ["labels"] = new JsonObject { [ApiGroup.StoresLabel] = "true" },
            },
            ["data"] = new JsonObject { [StoreListKey] = content },
        };

    public JsonObject Rollout() =>
        Node(
            new SyncRollout
            {
                Metadata = Metadata(),
                Spec = new RolloutSpec
                {
                    ConnectorRef = new LocalObjectReference { Name = Name },
                    Steps = Steps(),
                    Cohort = Cohort,
                    Evidence = new EvidenceMinima
                    {
                        MinRuns = random.Next(1, 3),
                        MinItems = 5,
                        MinStores = 1,
                    },
                    Analysis = new AnalysisLimits
                    {
                        MaxErrorRate = new Percent("10%"),
                        // A world is short, and proof takes coins.
                        FalseAbortRate = new Percent("10%"),
                        Control = new Percent(quotaSeed % 6 == 5 ? "0%" : "50%"),
                    },
                },
            },
            ApiJson.Default.SyncRollout
        );

    /// <summary>Two or three steps of growing size; the last one has all stores.</summary>
    public ImmutableArray<RolloutStep> Steps()
    {
        var first = new[] { "1", "10%", "30%" }[random.Next(3)];
        var steps = new List<RolloutStep> { Step(first) };
        if (random.Next(2) == 0)
        {
            steps.Add(Step("50%"));
        }
        steps.Add(Step("100%"));
        return [.. steps];
    }

    public static JsonNode StepsNode(IEnumerable<RolloutStep> steps) =>
        new JsonArray([
            .. steps.Select(s => new JsonObject
            {
                ["stores"] = s.Stores.Text,
                ["minDuration"] = s.MinDuration.ToString(),
            }),
        ]);

    private static Store Store(int number) =>
        new()
        {
            Name = $"s{number:00}",
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("region", $"r{number % 3}"),
        };

    private static RolloutCohort DrawCohort(Random random)
    {
        if (random.Next(2) == 0)
        {
            return new RolloutCohort();
        }
        string[] names = [.. Enumerable.Range(1, 9).Select(i => $"s{i:00}"), "l01", "l02"];
        random.Shuffle(names);
        return new RolloutCohort
        {
            First = [.. names.Take(random.Next(4))],
            Last = [.. names.TakeLast(random.Next(4))],
            Strata = random.Next(2) == 0 ? [] : ["region"],
        };
    }

    private RolloutStep Step(string stores) =>
        new() { Stores = new StoreShare(stores), MinDuration = new Duration($"{random.Next(3, 7)}s") };

    private Flow Flow(int number) =>
        new()
        {
            Name = $"flow-{number}",
            Schedule = $"@every {random.Next(5, 11) + (Quota is null ? 0 : 6)}s",
            Spread = new Duration($"{random.Next(0, 5)}s"),
            StartingDeadline = new Duration("12s"),
            StartTimeout = new Duration("6s"),
            Timeout = new Duration("20s"),
            MaxStoresPerRun = random.Next(1, 6),
            MaxConcurrentRuns = random.Next(3, 12),
            // Only the first flow uses the quota: two flows together would need more calls than the quota allows.
            Uses = Quota is null || number > 1 ? [] : [new ApiUse { Api = Api }],
            Retries = random.Next(0, 3),
        };

    private static Quota? DrawQuota(Random random) =>
        random.Next(2) == 0
            ? null
            : new Quota
            {
                Api = Api,
                Rate = new Rate($"1/{random.Next(4, 12)}s"),
                Burst = random.Next(1, 4),
            };

    private static StoreSource Source() =>
        new()
        {
            ConfigMapKeyRef = new KeySelector { Name = StoreLists, Key = StoreListKey },
        };

    private static ObjectMeta Metadata() => new() { Name = Name, Namespace = Namespace };

    private static JsonObject Node<T>(T item, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        var node = JsonSerializer.SerializeToNode(item, type)!.AsObject(); // our objects are not null
        node.Remove("status");
        node["metadata"] = new JsonObject { ["name"] = Name, ["namespace"] = Namespace };
        return node;
    }
}
