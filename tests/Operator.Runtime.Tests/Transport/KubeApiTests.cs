using System.Net;
using Microsoft.Extensions.Time.Testing;

namespace Operator.Runtime.Tests.Transport;

/// <summary>Calls over a scripted connection: which requests are sent again and when, what is counted, what is closed.</summary>
public sealed class KubeApiTests : IDisposable
{
    private const string NotFound =
        """{"kind":"Status","reason":"NotFound","message":"configmaps \"thing\" not found","code":404}""";
    private static readonly ObjectKey Key = new("shop", "thing");
    private static readonly byte[] Json = "{}"u8.ToArray();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
    private readonly ScriptedServer _server;

    public KubeApiTests() => _server = new ScriptedServer(_time);

    public void Dispose() => _server.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2", 2)]
    [InlineData("Mon, 05 Jan 2026 09:00:03 GMT", 3)]
    public async Task A_busy_server_is_left_alone_for_as_long_as_it_says(string retryAfter, int seconds)
    {
        _server.Then(HttpStatusCode.TooManyRequests, retryAfter: retryAfter).Then(HttpStatusCode.OK);

        await RunAsync(_server.Api().GetAsync(CoreTypes.Pods, Key, Stop));

        Assert.Equal(2, _server.Requests.Count);
        Assert.True(_server.Requests[1].At - _server.Requests[0].At >= TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task A_server_that_asks_for_more_than_a_few_seconds_is_left_to_the_caller()
    {
        _server.Then(HttpStatusCode.ServiceUnavailable, retryAfter: "60");

        var error = await Assert.ThrowsAsync<KubeApiException>(() =>
            RunAsync(_server.Api().GetAsync(CoreTypes.Pods, Key, Stop))
        );

        Assert.Equal(TimeSpan.FromSeconds(60), error.RetryAfter);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_read_survives_a_broken_connection_and_a_torn_answer()
    {
        _server.ThenBreak().ThenBreakAfter("{\"meta").Then(HttpStatusCode.OK, """{"metadata":{"name":"thing"}}""");

        var read = await RunAsync(_server.Api().GetAsync(CoreTypes.Pods, Key, Stop));

        Assert.Equal("thing", read?.Name);
        Assert.Equal(3, _server.Requests.Count);
        Assert.Equal(0, _server.OpenAnswers);
    }

    [Fact]
    public async Task A_create_whose_connection_breaks_is_sent_once()
    {
        _server.ThenBreak().Then(HttpStatusCode.Created);

        await Assert.ThrowsAsync<HttpRequestException>(() =>
            RunAsync(_server.Api().CreateAsync(CoreTypes.Pods, "shop", Json, Stop))
        );

        Assert.Single(_server.Requests);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task A_replacement_that_may_have_been_done_is_sent_once(HttpStatusCode status)
    {
        _server.Then(status).Then(HttpStatusCode.OK);

        await Assert.ThrowsAsync<KubeApiException>(() =>
            RunAsync(_server.Api().ReplaceAsync(CoreTypes.Pods, Key, Json, Stop))
        );

        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_status_is_sent_as_a_merge_patch_of_the_subresource_and_only_once()
    {
        _server.ThenBreak().Then(HttpStatusCode.OK);

        await Assert.ThrowsAsync<HttpRequestException>(() =>
            RunAsync(_server.Api().PatchStatusAsync(CoreTypes.Pods, Key, Json, Stop))
        );

        var sent = Assert.Single(_server.Requests);
        Assert.Equal(
            ("PATCH", "/api/v1/namespaces/shop/pods/thing/status?timeout=5000ms", "application/merge-patch+json"),
            (sent.Method, sent.PathAndQuery, sent.ContentType)
        );
    }

    [Fact]
    public async Task A_create_that_the_server_has_not_looked_at_is_sent_again()
    {
        _server.Then(HttpStatusCode.TooManyRequests, retryAfter: "1").Then(HttpStatusCode.Created);

        await RunAsync(_server.Api().CreateAsync(CoreTypes.Pods, "shop", Json, Stop));

        Assert.Equal(2, _server.Requests.Count);
        Assert.True(_server.Requests[1].At - _server.Requests[0].At >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_delete_is_sent_again_only_when_it_names_the_object_that_it_means()
    {
        _server.ThenBreak().Then(HttpStatusCode.OK);
        var deletion = await RunAsync(_server.Api().DeleteAsync(CoreTypes.Pods, Key, "uid-1", Stop));
        Assert.Equal((Deletion.Deleted, 2), (deletion, _server.Requests.Count));
        Assert.All(_server.Requests, r => Assert.Contains("\"uid\":\"uid-1\"", r.Body, StringComparison.Ordinal));

        using var another = new ScriptedServer(_time);
        another.ThenBreak().Then(HttpStatusCode.OK);
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            RunAsync(another.Api().DeleteAsync(CoreTypes.Pods, Key, uid: null, Stop))
        );
        Assert.Single(another.Requests);
    }

    [Fact]
    public async Task A_call_without_an_answer_ends_within_its_limit_and_the_server_is_told_a_writes_limit()
    {
        _server.ThenHang();
        var call = _server.Api().CreateAsync(CoreTypes.Pods, "shop", Json, Stop);

        _time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(call.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));

        await Assert.ThrowsAsync<TimeoutException>(() => call);
        Assert.Equal("/api/v1/namespaces/shop/pods?timeout=5000ms", _server.Requests[0].PathAndQuery);
    }

    [Fact]
    public async Task Nothing_is_sent_after_the_limit_even_when_timers_are_late()
    {
        // The process is paused while it waits to send again, so the wait and the limit end at the same time.
        _server.Then(HttpStatusCode.TooManyRequests, retryAfter: "1").Then(HttpStatusCode.Created);
        var call = _server.Api().CreateAsync(CoreTypes.Pods, "shop", Json, Stop);

        _time.Advance(TimeSpan.FromSeconds(30));

        await Assert.ThrowsAnyAsync<TimeoutException>(() => RunAsync(call));
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_no_timeout()
    {
        _server.ThenHang();
        using var stop = new CancellationTokenSource();
        var call = _server.Api().GetAsync(CoreTypes.Pods, Key, stop.Token);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Only_the_servers_own_word_says_that_an_object_is_not_there()
    {
        Assert.Null(
            await RunAsync(_server.Then(HttpStatusCode.NotFound, NotFound).Api().GetAsync(CoreTypes.Pods, Key, Stop))
        );

        using var proxy = new ScriptedServer(_time);
        proxy.Then(HttpStatusCode.NotFound, "404 page not found");
        var error = await Assert.ThrowsAsync<KubeApiException>(() =>
            RunAsync(proxy.Api().GetAsync(CoreTypes.Pods, Key, Stop))
        );
        Assert.Contains("404 page not found", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delete_tells_what_became_of_the_object()
    {
        _server.Then(HttpStatusCode.NotFound, NotFound).Then(HttpStatusCode.Conflict).Then(HttpStatusCode.Forbidden);
        var api = _server.Api();

        Assert.Equal(Deletion.AlreadyGone, await RunAsync(api.DeleteAsync(CoreTypes.Pods, Key, "uid-1", Stop)));
        Assert.Equal(Deletion.OtherUid, await RunAsync(api.DeleteAsync(CoreTypes.Pods, Key, "uid-1", Stop)));
        await Assert.ThrowsAsync<KubeApiException>(() => RunAsync(api.DeleteAsync(CoreTypes.Pods, Key, "uid-1", Stop)));
    }

    [Fact]
    public async Task Requests_are_counted_by_verb_and_code_and_every_answer_is_closed()
    {
        _server
            .Then(HttpStatusCode.TooManyRequests)
            .Then(HttpStatusCode.OK)
            .Then(HttpStatusCode.Conflict)
            .ThenBreak()
            .Then(HttpStatusCode.OK, """{"type":"ADDED","object":{}}""" + "\n");
        var api = _server.Api();

        await RunAsync(api.ListAsync(CoreTypes.Pods, ns: null, new ListOptions(), Stop));
        await Assert.ThrowsAsync<KubeApiException>(() => RunAsync(api.CreateAsync(CoreTypes.Pods, "shop", Json, Stop)));
        await Assert.ThrowsAsync<HttpRequestException>(() =>
            RunAsync(api.CreateAsync(CoreTypes.Pods, "shop", Json, Stop))
        );
        await foreach (var _ in api.WatchAsync(CoreTypes.Pods, ns: null, new WatchOptions(), Stop))
        {
            break;
        }

        Assert.Equal(1, await CountAsync("LIST", "429"));
        Assert.Equal(1, await CountAsync("LIST", "200"));
        Assert.Equal(1, await CountAsync("POST", "409"));
        Assert.Equal(1, await CountAsync("POST", "<error>"));
        Assert.Equal(1, await CountAsync("WATCH", "200"));
        Assert.Equal(0, _server.OpenAnswers);
    }

    [Fact]
    public async Task The_servers_clock_is_taken_from_its_answers()
    {
        _server.Then(HttpStatusCode.OK);
        var api = _server.Api();
        Assert.Null(api.Clock);

        await RunAsync(api.GetAsync(CoreTypes.Pods, Key, Stop));

        Assert.Equal(
            _time.GetUtcNow() + TimeSpan.FromMinutes(5),
            api.Clock?.At(_time.GetUtcNow() + TimeSpan.FromMinutes(5))
        );
    }

    private Task<double?> CountAsync(string verb, string code) =>
        Scrape.ValueAsync(_server.Registry, "rest_client_requests_total", $"method=\"{verb}\"", $"code=\"{code}\"");

    /// <summary>Lets time pass until the call succeeds or fails. The call also runs on other threads.</summary>
    private async Task<T> RunAsync<T>(Task<T> call)
    {
        while (!call.IsCompleted)
        {
            Assert.True(_time.GetUtcNow() - _time.Start < TimeSpan.FromHours(1), "the call did not end within an hour");
            _time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
        return await call;
    }
}
