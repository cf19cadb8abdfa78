using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Watches: their events, bookmarks, versions and ends.</summary>
public sealed class WatchTests(ConformanceServers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [EveryBackend]
    public async Task A_watch_goes_on_from_a_version(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        await world.CreateAsync(world.Own.New("before"));
        var from = await VersionAsync(world);
        var created = await world.CreateAsync(world.Own.New("a"));
        var edited = await world.ReplaceAsync(world.Own.Type, created, Connector("two"));
        await world.Api.DeleteAsync(world.Own.Type, created.Key, uid: null, Ct);

        await using var log = WatchLog.Start(world, world.Own.Type, new WatchOptions { ResourceVersion = from });
        await log.UntilAsync(changes: 3);

        Assert.Equal(["ADDED a", "MODIFIED a", "DELETED a"], log.Changes);
        var items = log.Events.Where(e => e.Kind != WatchKind.Bookmark).Select(e => new KubeObject(e.Item)).ToList();
        Assert.Equal([created.ResourceVersion, edited.ResourceVersion], items[..2].Select(i => i.ResourceVersion));
        // The deletion event has its own version and the last state of the object.
        Assert.True(Number(items[2].ResourceVersion) > Number(edited.ResourceVersion));
        Assert.Equal("two", items[2].Text("spec", "connectorRef", "name"));
    }

    [Theory]
    [EveryBackend]
    public async Task A_running_watch_hears_what_happens(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var from = await VersionAsync(world);
        await using var log = WatchLog.Start(world, world.Own.Type, new WatchOptions { ResourceVersion = from });

        var created = await world.CreateAsync(world.Own.New("a"));
        await log.UntilAsync(changes: 1);
        var told = await world.PatchStatusAsync(world.Own.Type, created, new JsonObject { ["observedGeneration"] = 1 });
        var equal = await world.ReplaceAsync(world.Own.Type, told, _ => { });
        await world.Api.DeleteAsync(world.Own.Type, equal.Key, uid: null, Ct);
        await log.UntilAsync(changes: 3);

        // The replacement by an equal object makes no event.
        Assert.Equal(["ADDED a", "MODIFIED a", "DELETED a"], log.Changes);
    }

    [Theory]
    [EveryBackend]
    public async Task A_watch_without_a_version_begins_with_what_is_there(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        await world.CreateAsync(world.Own.New("b"));
        await world.CreateAsync(world.Own.New("a"));

        await using var log = WatchLog.Start(world, world.Own.Type, new WatchOptions { AllowBookmarks = false });
        await log.UntilAsync(changes: 2);
        await world.CreateAsync(world.Own.New("c"));
        await log.UntilAsync(changes: 3);

        Assert.Equal(["ADDED a", "ADDED b"], log.Changes.Take(2).Order());
        Assert.Equal("ADDED c", log.Changes[2]);
    }

    [Theory]
    [EveryBackend]
    public async Task What_leaves_a_label_selector_is_deleted_and_what_enters_is_added(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var item = await world.CreateAsync(world.Own.New("a", label: "x"));
        await world.CreateAsync(world.Own.New("other", label: "y"));
        await using var log = WatchLog.Start(
            world,
            world.Own.Type,
            new WatchOptions { ResourceVersion = item.ResourceVersion, LabelSelector = "set=x" }
        );

        item = await world.ReplaceAsync(world.Own.Type, item, Label("y"));
        var left = item.ResourceVersion;
        item = await world.ReplaceAsync(world.Own.Type, item, Connector("unseen"));
        item = await world.ReplaceAsync(world.Own.Type, item, Label("x"));
        await world.Api.DeleteAsync(world.Own.Type, item.Key, uid: null, Ct);
        await log.UntilAsync(changes: 3);

        Assert.Equal(["DELETED a", "ADDED a", "DELETED a"], log.Changes);
        var first = new KubeObject(log.Events.First(e => e.Kind == WatchKind.Deleted).Item);
        Assert.Equal("x", first.Label("set"));
        Assert.Equal(left, first.ResourceVersion);
    }

    [Theory]
    [EveryBackend]
    public async Task A_watch_ends_in_good_order_after_its_timeout(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var options = new WatchOptions
        {
            ResourceVersion = await VersionAsync(world),
            Timeout = TimeSpan.FromSeconds(1),
        };

        await using var log = WatchLog.Start(world, world.Own.Type, options);

        Assert.Null(await log.FailureAsync());
        Assert.Empty(log.Changes);
    }

    [Theory]
    [EveryBackend]
    public async Task A_bookmark_tells_how_far_the_watch_is_before_it_ends(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        var from = await world.CreateAsync(world.Own.New("a"));
        var options = new WatchOptions
        {
            ResourceVersion = from.ResourceVersion,
            LabelSelector = "set=x",
            Timeout = TimeSpan.FromSeconds(5),
        };

        await using var log = WatchLog.Start(world, world.Own.Type, options);
        // The selector does not match this object, but its version lets the server send a newer bookmark.
        var other = await world.CreateAsync(world.Own.New("b"));
        await log.UntilAsync(l => l.Events.Count > 0 || l.HasEnded, "a bookmark");

        var bookmark = Assert.Single(log.Events);
        Assert.Equal(WatchKind.Bookmark, bookmark.Kind);
        var item = new KubeObject(bookmark.Item);
        Assert.True(Number(item.ResourceVersion) >= Number(other.ResourceVersion));
        Assert.Empty(item.Name);
        Assert.Equal(world.Own.Kind, item.Text("kind"));
    }

    [Theory]
    [EveryBackend]
    public async Task A_version_that_is_too_old_is_gone(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        await world.CreateAsync(world.Own.New("a"));

        await using var log = WatchLog.Start(world, world.Own.Type, new WatchOptions { ResourceVersion = "1" });
        await log.UntilAsync(l => l.Events.Count > 0 || l.HasEnded, "the refusal");

        // A server answers with a status code or with an error event; a client must know both.
        if (log.Events.Count == 0)
        {
            Assert.True(Assert.IsType<KubeApiException>(await log.FailureAsync()).IsGone);
            return;
        }
        var error = Assert.Single(log.Events);
        Assert.Equal(WatchKind.Error, error.Kind);
        Assert.Equal(410, error.Item.GetProperty("code").GetInt32());
        Assert.Equal("Expired", error.Item.GetProperty("reason").GetString());
    }

    [Theory]
    [EveryBackend]
    public async Task A_streaming_list_ends_its_initial_events_with_a_bookmark_or_is_refused(Backend backend)
    {
        await using var world = await servers.OpenAsync(backend);
        await world.CreateAsync(world.Own.New("a"));
        await world.CreateAsync(world.Own.New("b"));

        await using var log = WatchLog.Start(world, world.Own.Type, new WatchOptions { SendInitialEvents = true });
        await world.UntilAsync(
            () => Task.FromResult(log.HasEnded || log.Events.Any(e => e.Kind is WatchKind.Bookmark or WatchKind.Error)),
            "the end of the initial events, or a refusal"
        );
        var answer = await AnswerAsync(log);
        Assert.Contains(answer, world.StreamingLists);
        if (answer != HttpStatusCode.OK)
        {
            return;
        }

        Assert.Equal(["ADDED a", "ADDED b"], log.Changes.Order());
        var end = new KubeObject(log.Events[^1].Item);
        Assert.Equal("true", end.Annotation(WatchOptions.InitialEventsEnd));
        Assert.NotEmpty(end.ResourceVersion);
    }

    /// <summary>The code of a refusal, from the response or from an error event; OK when the watch is not refused.</summary>
    private static async Task<HttpStatusCode> AnswerAsync(WatchLog log) =>
        log.Events is [.., { Kind: WatchKind.Error } error] ? (HttpStatusCode)error.Item.GetProperty("code").GetInt32()
        : log.HasEnded && await log.FailureAsync() is KubeApiException refused ? refused.Status
        : HttpStatusCode.OK;

    private static async Task<string> VersionAsync(ConformanceWorld world) =>
        (await world.Api.ListAsync(world.Own.Type, world.Namespace, new ListOptions(), Ct)).ResourceVersion;

    private static long Number(string version) => long.Parse(version, CultureInfo.InvariantCulture);

    private static Action<JsonObject> Connector(string name) => item => item["spec"]!["connectorRef"]!["name"] = name;

    private static Action<JsonObject> Label(string value) =>
        item => item["metadata"]!["labels"] = new JsonObject { ["set"] = value };
}
