using Microsoft.Extensions.Time.Testing;
using Operator.Testing;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>What only the fake can do to watches: delay, freeze and drop them, and drop the history that they need.</summary>
public sealed class FakeWatchTests : IAsyncDisposable
{
    private static readonly TimeSpan Never = TimeSpan.FromHours(10);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly CancellationTokenSource _stop = new();
    private readonly FakeCluster _cluster;
    private readonly FakeClient _api;
    private readonly List<IAsyncEnumerator<WatchEvent>> _watches = [];

    public FakeWatchTests()
    {
        _cluster = new FakeCluster(_time);
        _api = _cluster.Connect("operator");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var watch in _watches)
        {
            await watch.DisposeAsync();
        }
        _cluster.Dispose();
        _stop.Dispose();
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Now => _cluster.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A watch of ConfigMaps. It opens at the first read.</summary>
    private IAsyncEnumerator<WatchEvent> Watch(WatchOptions options, FakeClient? api = null)
    {
        var watch = (api ?? _api).WatchAsync(CoreTypes.ConfigMaps, "shop", options, _stop.Token).GetAsyncEnumerator(Ct);
        _watches.Add(watch);
        return watch;
    }

    private static Task<bool> Next(IAsyncEnumerator<WatchEvent> watch) => watch.MoveNextAsync().AsTask().WaitAsync(Ct);

    private static string Told(IAsyncEnumerator<WatchEvent> watch) =>
        $"{watch.Current.Kind} {new KubeObject(watch.Current.Item).Name}";

    private void Create(string name) => _cluster.Create(CoreTypes.ConfigMaps, "shop", Objects.ConfigMap(name));

    [Fact]
    public async Task A_lagging_watch_hears_later_and_in_order()
    {
        _api.WatchLag = TimeSpan.FromSeconds(30);
        var watch = Watch(new WatchOptions { ResourceVersion = Now, Timeout = Never });
        var first = Next(watch);
        Create("a");
        _api.WatchLag = TimeSpan.Zero;
        Create("b");

        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(first.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await first);
        Assert.Equal("Added a", Told(watch));
        Assert.True(await Next(watch));
        Assert.Equal("Added b", Told(watch));
    }

    [Fact]
    public async Task A_frozen_watch_loses_nothing_and_others_go_on()
    {
        var other = _cluster.Connect("other");
        var frozen = Watch(new WatchOptions { ResourceVersion = Now, Timeout = Never });
        var free = Watch(new WatchOptions { ResourceVersion = Now, Timeout = Never }, other);
        _api.FreezeWatches();
        var late = Next(frozen);
        var early = Next(free);

        Create("a");
        Assert.True(await early);
        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.False(late.IsCompleted);
        _api.ThawWatches();

        Assert.True(await late);
        Assert.Equal("Added a", Told(frozen));
    }

    [Fact]
    public async Task A_dropped_watch_ends_in_the_way_that_was_asked_for()
    {
        // The code of the error event that ends the watch; null when there is no error event.
        async Task<int?> DroppedAsync(WatchEnd end)
        {
            int? code = null;
            var watch = Watch(new WatchOptions { ResourceVersion = Now, Timeout = Never });
            var next = Next(watch);
            _api.DropWatches(end);
            if (end is WatchEnd.Expired or WatchEnd.Failed)
            {
                Assert.True(await next);
                Assert.Equal(WatchKind.Error, watch.Current.Kind);
                code = watch.Current.Item.GetProperty("code").GetInt32();
                next = Next(watch);
            }
            if (end is WatchEnd.Broken)
            {
                await Assert.ThrowsAsync<IOException>(() => next);
            }
            else if (end is WatchEnd.Silent)
            {
                _time.Advance(Never);
                Assert.False(next.IsCompleted);
                await _stop.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
            }
            else
            {
                Assert.False(await next);
            }
            return code;
        }

        Assert.Null(await DroppedAsync(WatchEnd.Closed));
        Assert.Null(await DroppedAsync(WatchEnd.Broken));
        Assert.Equal(410, await DroppedAsync(WatchEnd.Expired));
        Assert.Equal(500, await DroppedAsync(WatchEnd.Failed));
        Assert.Null(await DroppedAsync(WatchEnd.Silent));
        Assert.Equal(0, _cluster.OpenWatches);
    }

    [Fact]
    public async Task A_compacted_version_is_gone_by_event_or_by_status()
    {
        var old = Now;
        Create("a");
        _cluster.Compact();

        var byEvent = Watch(new WatchOptions { ResourceVersion = old });
        Assert.True(await Next(byEvent));
        Assert.Equal(410, byEvent.Current.Item.GetProperty("code").GetInt32());
        Assert.False(await Next(byEvent));

        _cluster.ExpiredWatches = ExpiredWatches.HttpStatus;
        var gone = await Assert.ThrowsAsync<KubeApiException>(() =>
            Next(Watch(new WatchOptions { ResourceVersion = old }))
        );
        Assert.True(gone.IsGone);
    }

    [Fact]
    public async Task A_page_of_a_compacted_version_is_gone()
    {
        foreach (var name in (string[])["a", "b", "c"])
        {
            Create(name);
        }
        var first = await _api.ListAsync(CoreTypes.ConfigMaps, "shop", new ListOptions { Limit = 2 }, Ct);
        Create("d");
        _cluster.Compact();

        var gone = await Assert.ThrowsAsync<KubeApiException>(() =>
            _api.ListAsync(CoreTypes.ConfigMaps, "shop", new ListOptions { Limit = 2, Continue = first.Continue }, Ct)
        );

        Assert.True(gone.IsGone);
        Assert.Equal("Expired", gone.Reason);
    }

    [Fact]
    public async Task History_is_kept_within_a_bound()
    {
        using var small = new FakeCluster(_time, new FakeClusterOptions { HistoryLimit = 5 });
        var api = small.Connect("operator");
        small.Create(CoreTypes.ConfigMaps, "shop", Objects.ConfigMap("a"));
        var old = small.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        for (var i = 0; i < 20; i++)
        {
            small.Edit(CoreTypes.ConfigMaps, new ObjectKey("shop", "a"), m => m["data"]!["value"] = $"{i}");
        }

        await using var watch = api.WatchAsync(
                CoreTypes.ConfigMaps,
                "shop",
                new WatchOptions { ResourceVersion = old },
                Ct
            )
            .GetAsyncEnumerator(Ct);

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(WatchKind.Error, watch.Current.Kind);
    }

    [Theory]
    [InlineData(StreamingLists.EtcdTooOld)]
    [InlineData(StreamingLists.Unknown)]
    public async Task Streaming_lists_can_be_refused_as_old_servers_do(StreamingLists mode)
    {
        _cluster.StreamingLists = mode;
        var watch = Watch(new WatchOptions { SendInitialEvents = true });

        if (mode == StreamingLists.Unknown)
        {
            Assert.True((await Assert.ThrowsAsync<KubeApiException>(() => Next(watch))).IsInvalid);
            return;
        }
        Assert.True(await Next(watch));
        Assert.Equal(500, watch.Current.Item.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task A_watch_ends_after_its_virtual_timeout_with_a_bookmark_before()
    {
        Create("a");
        var watch = Watch(new WatchOptions { ResourceVersion = Now, Timeout = TimeSpan.FromSeconds(30) });
        var bookmark = Next(watch);
        _cluster.Create(CoreTypes.ConfigMaps, "elsewhere", Objects.ConfigMap("b"));

        _time.Advance(TimeSpan.FromSeconds(28));
        Assert.True(await bookmark);
        Assert.Equal(WatchKind.Bookmark, watch.Current.Kind);
        Assert.Equal(Now, new KubeObject(watch.Current.Item).ResourceVersion);
        var end = Next(watch);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.False(await end);
    }

    [Fact]
    public async Task A_dead_clients_watch_hears_nothing_and_says_so()
    {
        var watch = Watch(new WatchOptions { ResourceVersion = Now, Timeout = Never });
        var next = Next(watch);

        _api.Kill();
        Create("a");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Fact]
    public async Task A_restored_cluster_breaks_its_watches()
    {
        var backup = _cluster.Snapshot();
        var next = Next(Watch(new WatchOptions { ResourceVersion = Now, Timeout = Never }));

        _cluster.Restore(backup);

        await Assert.ThrowsAsync<IOException>(() => next);
    }
}
