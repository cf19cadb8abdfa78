using System.Net;
using Operator.Testing;

namespace Operator.Runtime.Tests.Transport;

public sealed class WritePassTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public async Task A_write_that_fails_is_noted_and_the_next_one_is_tried()
    {
        var pass = new WritePass(_time);
        var done = 0;

        Assert.False(await pass.TryAsync("one", () => throw KubeErrors.Forbidden()));
        Assert.True(await pass.TryAsync("two", () => Task.FromResult(++done)));
        Assert.False(await pass.TryAsync("three", () => throw KubeErrors.Timeout()));
        Assert.True(await pass.TryAsync("four", () => Task.FromResult(++done)));

        Assert.Equal(2, done);
        Assert.Equal(["one", "three"], pass.Failed.Select(f => f.What));
        Assert.Equal([true, false], pass.Failed.Select(f => f.IsRefusal));
    }

    [Theory]
    [InlineData(HttpStatusCode.Forbidden, "no", true, false)]
    [InlineData(HttpStatusCode.BadRequest, "no", true, false)]
    [InlineData(HttpStatusCode.UnprocessableEntity, "no", true, false)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, "no", true, false)]
    [InlineData(HttpStatusCode.InternalServerError, "no", false, false)]
    [InlineData(HttpStatusCode.Conflict, "no", false, true)]
    [InlineData(HttpStatusCode.NotFound, "no", false, true)]
    [InlineData(HttpStatusCode.TooManyRequests, "no", false, false)]
    [InlineData(HttpStatusCode.InternalServerError, "admission webhook \"a\" denied the request: no", true, false)]
    [InlineData(HttpStatusCode.Conflict, "admission webhook \"a\" denied the request: no", true, false)]
    [InlineData(HttpStatusCode.NotFound, "admission webhook \"a\" denied the request: no", true, false)]
    [InlineData(HttpStatusCode.InternalServerError, "failed calling webhook \"a\": refused", true, false)]
    public async Task An_answer_is_a_refusal_or_an_outdated_read_or_a_failure(
        HttpStatusCode code,
        string message,
        bool isRefusal,
        bool isOutdated
    )
    {
        var pass = new WritePass(_time);

        await pass.TryAsync("write", () => throw new KubeApiException(code, code.ToString(), message));

        var failed = Assert.Single(pass.Failed);
        Assert.Equal((isRefusal, isOutdated, message), (failed.IsRefusal, failed.IsOutdated, failed.Message));
    }

    /// <summary>A proxy, or a server that does not serve the kind, says nothing about the object.</summary>
    [Fact]
    public async Task A_404_that_is_not_about_the_object_is_a_failure()
    {
        var pass = new WritePass(_time);

        await pass.TryAsync(
            "write",
            () => throw new KubeApiException(HttpStatusCode.NotFound, "", "404 page not found")
        );

        Assert.False(Assert.Single(pass.Failed).IsOutdated);
    }

    [Fact]
    public async Task A_namespace_that_ends_is_no_refusal()
    {
        var pass = new WritePass(_time);
        var ends = new KubeApiException(HttpStatusCode.Forbidden, "Forbidden", "ends")
        {
            IsNamespaceTerminating = true,
        };

        await pass.TryAsync("write", () => throw ends);

        var failed = Assert.Single(pass.Failed);
        Assert.Equal((false, true), (failed.IsRefusal, failed.IsNamespaceTerminating));
    }

    [Theory]
    [InlineData("timeout", 8000, 4)]
    [InlineData("unavailable", 8000, 4)]
    [InlineData("forbidden", 8000, 4)]
    [InlineData("forbidden", 900, 100)]
    public async Task A_pass_ends_after_30_seconds_only_when_the_server_does_not_answer_or_takes_long_to_refuse(
        string failure,
        int milliseconds,
        int tried
    )
    {
        var pass = new WritePass(_time);
        var calls = 0;
        for (var i = 0; i < 100; i++)
        {
            await pass.TryAsync(
                $"write {i}",
                () =>
                {
                    calls++;
                    _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
                    throw failure switch
                    {
                        "timeout" => KubeErrors.Timeout(),
                        "unavailable" => KubeErrors.Unavailable(),
                        _ => KubeErrors.Forbidden(),
                    };
                }
            );
        }

        Assert.Equal(tried, calls);
        Assert.Equal(Enumerable.Range(tried, 100 - tried).Select(i => $"write {i}"), pass.Untried);
    }

    [Fact]
    public async Task The_end_of_the_term_ends_the_pass()
    {
        var pass = new WritePass(_time);

        await Assert.ThrowsAsync<NotLeadingException>(() =>
            pass.TryAsync("write", () => throw new NotLeadingException("it is over"))
        );
        await Assert.ThrowsAsync<OperationCanceledException>(() =>
            pass.TryAsync("write", () => throw new OperationCanceledException())
        );
        Assert.Empty(pass.Failed);
    }
}
