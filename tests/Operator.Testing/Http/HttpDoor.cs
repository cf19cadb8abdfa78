using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>The answer to send: one JSON document, or a watch.</summary>
internal sealed record HttpAnswer(HttpStatusCode Status, JsonElement Body)
{
    public WatchStream? Watch { get; init; }
    public TimeSpan? RetryAfter { get; init; }

    public static HttpAnswer Of(ApiFailure failure) =>
        new(failure.Code, failure.ToStatus()) { RetryAfter = failure.RetryAfter };
}

/// <summary>Handles HTTP requests by the same rules as <see cref="FakeClient"/>.</summary>
internal sealed class HttpDoor(ClusterState state, FaultPlan faults, TimeProvider time)
{
    private static readonly TimeSpan NeverGivesUp = TimeSpan.FromDays(1);
    private readonly ConcurrentDictionary<string, CallGate> _clients = new(StringComparer.Ordinal);
    private readonly WatchConditions _conditions = new();
    private ImmutableArray<Func<WireRequest, WireFault?>> _rules = [];
    private int _number;

    public IDisposable AddFault(Func<WireRequest, WireFault?> rule)
    {
        ImmutableInterlocked.Update(ref _rules, rules => rules.Add(rule));
        return new Registration(() => ImmutableInterlocked.Update(ref _rules, rules => rules.Remove(rule)));
    }

    public async Task HandleAsync(HttpContext context)
    {
        var writer = new HttpAnswerWriter(context, state, time);
        if (HttpRoute.Parse(context.Request.Path.Value ?? "") is not { } route)
        {
            await writer.WriteTextAsync(HttpStatusCode.NotFound, "404 page not found");
            return;
        }
        if (route.Verb(context.Request) is not { } verb)
        {
            await writer.WriteTextAsync(HttpStatusCode.MethodNotAllowed, "the server does not allow this method");
            return;
        }
        var fault = FaultOf(new WireRequest(Interlocked.Increment(ref _number), verb, route.Type, route.Key));
        if (fault.ResetsBefore)
        {
            context.Abort();
        }
        else if (fault.Status is { } status)
        {
            await writer.WriteTextAsync(status, fault.Body, fault.RetryAfter);
        }
        else
        {
            await AnswerAsync(context, route, verb, fault, writer);
        }
    }

    private WireFault FaultOf(WireRequest request) =>
        _rules.Select(r => r(request)).FirstOrDefault(f => f is not null) ?? new WireFault();

    private async Task AnswerAsync(
        HttpContext context,
        HttpRoute route,
        KubeVerb verb,
        WireFault fault,
        HttpAnswerWriter writer
    )
    {
        try
        {
            var body = await ReadBodyAsync(context);
            var intent = new CallIntent(verb, route.Type, route.Key, $"{verb} {route.Type.Plural}");
            var answer = await ClientOf(context.Request)
                .SendAsync(intent, () => Act(context.Request, route, verb, body), Refused, context.RequestAborted);
            await writer.WriteAsync(answer, fault);
        }
        catch (KubeApiException e)
        {
            // This exception comes from the fault plan. Refusals by the server are answers, not exceptions.
            var failure = new ApiFailure(e.Status, e.Reason, e.Message) { RetryAfter = e.RetryAfter };
            await writer.WriteAsync(HttpAnswer.Of(failure), fault);
        }
        catch (Exception e)
            when (e is HttpRequestException or TimeoutException or OperationCanceledException or IOException)
        {
            context.Abort();
        }
    }

    private CallGate ClientOf(HttpRequest request) =>
        _clients.GetOrAdd(
            request.Headers.UserAgent.ToString().Split('/')[0],
            name => new CallGate(state, name, time, faults) { CallTimeout = NeverGivesUp }
        );

    private CallResult<HttpAnswer> Act(HttpRequest request, HttpRoute route, KubeVerb verb, byte[] body)
    {
        switch (verb)
        {
            case KubeVerb.Get:
                return new(Ok(state.Reads.Get(route.Type, route.Key)));
            case KubeVerb.List:
                var page = state.Reads.List(route.Type, route.Namespace, HttpQuery.List(request));
                return new(Ok(ListJson.Write(state.KindOf(route.Type), page)));
            case KubeVerb.Watch:
                var query = HttpQuery.Watch(request);
                var stream = state.Watches.Open(route.Type, route.Namespace, query, _conditions);
                return new(Ok(default) with { Watch = stream });
            case KubeVerb.Delete:
                return Written(state.Writes.Delete(route.Type, route.Key, HttpQuery.Delete(request, body)));
            case KubeVerb.Create:
                var created = Written(state.Writes.Create(route.Type, route.Namespace ?? "", body));
                return created with { Value = created.Value with { Status = HttpStatusCode.Created } };
            case KubeVerb.Replace:
                return Written(state.Writes.Replace(route.Type, route.Key, body));
            default:
                RequestBody.CheckIsMergePatch(request.ContentType);
                return Written(state.Writes.PatchStatus(route.Type, route.Key, body));
        }
    }

    private static CallResult<HttpAnswer> Written(WriteAnswer answer) => new(Ok(answer.Json), answer.HasChanged);

    private static CallResult<HttpAnswer> Refused(ApiFailure failure) => new(HttpAnswer.Of(failure));

    private static HttpAnswer Ok(JsonElement body) => new(HttpStatusCode.OK, body);

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }
}
