using System.Net;
using System.Text.Json;
using Operator.Testing;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>Network faults, as the real client sees them.</summary>
public sealed class FakeApiServerTests : IAsyncLifetime
{
    private static readonly ObjectKey Key = new("shop", "a");
    private readonly FakeCluster _cluster = new(TimeProvider.System);
    private FakeApiServer? _server;
    private RealClient? _client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private FakeApiServer Server => _server!; // made before each test
    private KubeApi Api => _client!.Api; // made before each test

    public async ValueTask InitializeAsync()
    {
        _server = await FakeApiServer.StartAsync(_cluster, TimeProvider.System, Ct);
        _client = new RealClient(new KubeEndpoint { Server = _server.Url });
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        await Server.DisposeAsync();
        _cluster.Dispose();
    }

    private Task<KubeObject> CreateAsync() =>
        Api.CreateAsync(CoreTypes.ConfigMaps, Key.Namespace, Objects.ConfigMap(Key.Name).Bytes(), Ct);

    [Fact]
    public async Task A_connection_reset_before_a_creation_leaves_nothing_behind()
    {
        Server.NextOnTheWire(new WireFault { ResetsBefore = true });

        await Assert.ThrowsAsync<HttpRequestException>(CreateAsync);

        Assert.Null(_cluster.Find(CoreTypes.ConfigMaps, Key));
    }

    [Fact]
    public async Task A_connection_reset_after_a_creation_hides_that_it_was_done()
    {
        Server.NextOnTheWire(new WireFault { ResetsAfter = true });

        await Assert.ThrowsAsync<HttpRequestException>(CreateAsync);

        Assert.NotNull(_cluster.Find(CoreTypes.ConfigMaps, Key));
    }

    [Fact]
    public async Task A_read_survives_a_limiter_that_asks_for_patience()
    {
        await CreateAsync();
        Server.NextOnTheWire(WireFault.TooManyRequests(TimeSpan.FromSeconds(1)), r => r.Verb == KubeVerb.Get);

        Assert.NotNull(await Api.GetAsync(CoreTypes.ConfigMaps, Key, Ct));

        Assert.Equal(KubeVerb.Get, _cluster.Journal.Entries[^1].Request.Verb);
    }

    [Fact]
    public async Task A_proxys_own_404_is_no_absence()
    {
        Server.NextOnTheWire(new WireFault { Status = HttpStatusCode.NotFound, Body = "no healthy upstream" });

        var refused = await Assert.ThrowsAsync<KubeApiException>(() => Api.GetAsync(CoreTypes.ConfigMaps, Key, Ct));

        Assert.Empty(refused.Reason);
    }

    [Fact]
    public async Task A_body_that_is_cut_is_an_error_and_never_half_an_answer()
    {
        await CreateAsync();
        using var always = Server.OnTheWire(r => r.Verb == KubeVerb.Get ? new WireFault { CutsBodyAfter = 40 } : null);

        var error = await Record.ExceptionAsync(() => Api.GetAsync(CoreTypes.ConfigMaps, Key, Ct));

        Assert.True(error is HttpRequestException or IOException, $"{error}");
    }

    [Fact]
    public async Task A_slow_body_is_waited_for()
    {
        await CreateAsync();
        Server.NextOnTheWire(new WireFault { BodyDelay = TimeSpan.FromMilliseconds(300) });

        Assert.Equal("a", (await Api.GetAsync(CoreTypes.ConfigMaps, Key, Ct))!.Name);
    }

    [Fact]
    public async Task A_watch_that_is_cut_in_the_middle_of_a_line_breaks_and_tells_no_half_event()
    {
        await CreateAsync();
        Server.NextOnTheWire(new WireFault { CutsWatchAfter = 1 }, r => r.Verb == KubeVerb.Watch);
        var told = new List<WatchEvent>();

        var error = await Record.ExceptionAsync(async () =>
        {
            var options = new WatchOptions();
            await foreach (var change in Api.WatchAsync(CoreTypes.ConfigMaps, Key.Namespace, options, Ct))
            {
                told.Add(change);
                _cluster.Edit(CoreTypes.ConfigMaps, Key, m => m["data"]!["value"] = "2");
            }
        });

        Assert.True(error is HttpRequestException or IOException or JsonException, $"{error}");
        Assert.Equal(WatchKind.Added, Assert.Single(told).Kind);
    }

    [Fact]
    public async Task Faults_of_the_server_itself_come_as_statuses()
    {
        Server.Faults.Next(Fault.Before(KubeErrors.InternalError()));

        var refused = await Assert.ThrowsAsync<KubeApiException>(CreateAsync);

        Assert.Equal(HttpStatusCode.InternalServerError, refused.Status);
        Assert.Equal("InternalError", refused.Reason);
        Assert.Null(_cluster.Find(CoreTypes.ConfigMaps, Key));
    }

    [Fact]
    public async Task The_journal_names_the_client_by_its_user_agent()
    {
        await CreateAsync();

        var entry = Assert.Single(_cluster.Journal.Writes);

        Assert.Equal("conformance", entry.Request.Client);
        Assert.Equal(HttpStatusCode.Created, entry.Status);
        Assert.True(entry.HasChanged);
    }

    [Fact]
    public async Task The_date_is_the_servers()
    {
        _cluster.ClockSkew = TimeSpan.FromHours(1);

        await CreateAsync();

        Assert.InRange(Api.Clock!.Skew, TimeSpan.FromMinutes(-61), TimeSpan.FromMinutes(-59));
    }
}
