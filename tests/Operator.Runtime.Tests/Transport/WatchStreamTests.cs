using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace Operator.Runtime.Tests.Transport;

/// <summary>How the client reads the stream of a watch.</summary>
public sealed class WatchStreamTests : IDisposable
{
    private readonly ScriptedServer _server = new(new FakeTimeProvider());

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task Every_kind_of_event_is_told_in_order()
    {
        _server.Then(
            HttpStatusCode.OK,
            """
            {"type":"ADDED","object":{"metadata":{"name":"a"}}}
            {"type":"MODIFIED","object":{"metadata":{"name":"b"}}}

            {"type":"DELETED","object":{"metadata":{"name":"c"}}}
            {"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}
            {"type":"ERROR","object":{"kind":"Status","code":410}}

            """
        );

        var kinds = (await ReadAsync()).Select(e => e.Kind);

        Assert.Equal(
            [WatchKind.Added, WatchKind.Modified, WatchKind.Deleted, WatchKind.Bookmark, WatchKind.Error],
            kinds
        );
    }

    [Fact]
    public async Task An_event_larger_than_any_buffer_is_read_whole()
    {
        var text = new string('x', 1_000_000);
        _server.Then(HttpStatusCode.OK, $$$"""{"type":"ADDED","object":{"text":"{{{text}}}"}}""" + "\n");

        var change = Assert.Single(await ReadAsync());

        Assert.Equal(text, change.Item.GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_stream_that_ends_in_the_middle_of_an_event_is_a_broken_connection()
    {
        _server.Then(HttpStatusCode.OK, """{"type":"ADDED","object":{"meta""");

        await Assert.ThrowsAsync<IOException>(ReadAsync);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":1,"object":{}}""")]
    [InlineData("<html>")]
    public async Task A_line_that_is_no_event_breaks_the_stream(string line)
    {
        _server.Then(HttpStatusCode.OK, line + "\n");

        await Assert.ThrowsAnyAsync<JsonException>(ReadAsync);
    }

    [Fact]
    public async Task A_refused_watch_says_why_and_is_closed()
    {
        _server.Then(HttpStatusCode.Gone, """{"kind":"Status","reason":"Expired","code":410}""");

        var error = await Assert.ThrowsAsync<KubeApiException>(ReadAsync);

        Assert.True(error.IsGone);
        Assert.Equal(0, _server.OpenAnswers);
    }

    [Fact]
    public async Task The_request_asks_for_what_the_options_say()
    {
        _server.Then(HttpStatusCode.OK, "");
        await ReadAsync(new WatchOptions { ResourceVersion = "5", LabelSelector = "a=b" });
        await ReadAsync(new WatchOptions { SendInitialEvents = true });

        Assert.Equal(
            [
                "/api/v1/pods?watch=true&allowWatchBookmarks=true&labelSelector=a%3Db&resourceVersion=5&timeoutSeconds=300",
                "/api/v1/pods?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=300",
            ],
            _server.Requests.Select(r => r.PathAndQuery)
        );
    }

    private Task<List<WatchEvent>> ReadAsync() => ReadAsync(new WatchOptions());

    private async Task<List<WatchEvent>> ReadAsync(WatchOptions options)
    {
        var events = new List<WatchEvent>();
        var stop = TestContext.Current.CancellationToken;
        await foreach (var change in _server.Api().WatchAsync(CoreTypes.Pods, ns: null, options, stop))
        {
            events.Add(change);
        }
        return events;
    }
}
