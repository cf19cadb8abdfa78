using System.Text.Json.Nodes;
using Operator.Testing;
using Prometheus;

namespace Operator.Runtime.Tests.ListWatch;

/// <summary>The decoded form of a ConfigMap. A ConfigMap without the field "v" cannot be decoded.</summary>
internal sealed record Thing(string Value, string Uid);

/// <summary>A fake cluster with an informer of its ConfigMaps, and all changes that the informer reported.</summary>
internal sealed class InformerWorld : IDisposable
{
    public static readonly ObjectKey A = new("ns", "a");
    public static readonly ObjectKey B = new("ns", "b");
    private readonly CancellationTokenSource _stop = new();

    public InformerWorld()
    {
        Cluster = new FakeCluster(Time);
        Client = Cluster.Connect("operator");
        Informer = NewInformer(new InformerOptions { Type = CoreTypes.ConfigMaps, PageSize = 3 });
    }

    public VirtualTime Time { get; } = new();
    public FakeCluster Cluster { get; }
    public FakeClient Client { get; }
    public Informer<Thing> Informer { get; private set; }
    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();
    public Leases.LogLines Log { get; } = new();

    /// <summary>Changes as "name: before → after", in order.</summary>
    public List<string> Told { get; } = [];
    public List<string> Undecoded { get; } = [];
    public Task Run { get; private set; } = Task.CompletedTask;

    public int Lists => Cluster.Journal.Entries.Count(e => e.Request.Verb == KubeVerb.List);
    public int Watches => Cluster.Journal.Entries.Count(e => e.Request.Verb == KubeVerb.Watch);

    /// <summary>Starts and syncs the informer, runs the story, and stops the informer.</summary>
    public void Story(Func<Task> story) =>
        Time.Run(async () =>
        {
            await StartAsync();
            await story();
            await EndAsync();
        });

    public async Task StartAsync()
    {
        Run = Informer.RunAsync(_stop.Token);
        await Informer.WaitForSyncAsync(CancellationToken.None);
        await PassAsync(0.1);
    }

    public async Task EndAsync()
    {
        _stop.Cancel();
        await Run;
    }

    public void Use(InformerOptions options) => Informer = NewInformer(options);

    public Task PassAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), Time);

    public Task UntilAsync(Func<bool> condition) => Time.UntilAsync(condition);

    public KubeObject Create(ObjectKey key, string value = "1") =>
        Cluster.Create(CoreTypes.ConfigMaps, key.Namespace, Json(key.Name, value));

    public void Set(ObjectKey key, string value) =>
        Cluster.Edit(CoreTypes.ConfigMaps, key, item => item["data"] = new JsonObject { ["v"] = value });

    public void Spoil(ObjectKey key) =>
        Cluster.Edit(CoreTypes.ConfigMaps, key, item => item["data"] = new JsonObject());

    public void Delete(ObjectKey key) => Cluster.Delete(CoreTypes.ConfigMaps, key);

    public static JsonObject Json(string name, string value) =>
        new()
        {
            ["metadata"] = new JsonObject { ["name"] = name },
            ["data"] = new JsonObject { ["v"] = value },
        };

    /// <summary>The cache as "name=value", sorted by name.</summary>
    public string Cache =>
        string.Join(' ', Informer.All.OrderBy(o => o.Key.Name).Select(o => $"{o.Key.Name}={o.Value.Value}"));

    /// <summary>The objects in the cluster, in the form of <see cref="Cache"/>.</summary>
    public string Truth =>
        string.Join(
            ' ',
            Cluster.All(CoreTypes.ConfigMaps).Where(c => ValueOf(c) is not null).Select(c => $"{c.Name}={ValueOf(c)}")
        );

    public async Task<double> CountAsync(string name, params string[] labels)
    {
        Informer.RefreshMetrics();
        return await Transport.Scrape.ValueAsync(Registry, name, labels) ?? 0;
    }

    public void Dispose()
    {
        _stop.Dispose();
        Cluster.Dispose();
    }

    private Informer<Thing> NewInformer(InformerOptions options)
    {
        var metrics = new InformerMetrics(Metrics.WithCustomRegistry(Registry));
        var informer = new Informer<Thing>(
            Client,
            options,
            item => new Thing(ValueOf(item) ?? throw new FormatException("it has no v"), item.Uid),
            new InformerServices(Time, Log, metrics, () => 0.5)
        );
        informer.Changed = change =>
            Told.Add($"{change.Key.Name}: {change.Before?.Value ?? "-"} → {change.After?.Value ?? "-"}");
        informer.Undecoded = (key, why) => Undecoded.Add($"{key.Name}: {why}");
        return informer;
    }

    private static string? ValueOf(KubeObject item) =>
        item.Json.TryGetProperty("data", out var data) && data.TryGetProperty("v", out var value)
            ? value.GetString()
            : null;
}
