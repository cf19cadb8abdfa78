using System.Net;
using Polly;
using Polly.Retry;

namespace Operator.Runtime;

/// <summary>The one retry inside a call. Retry-After is obeyed.</summary>
internal static class KubeRetry
{
    /// <summary>A server that asks for more gets it from the queue's backoff, not from a worker that waits here.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>For calls that may be done twice: broken connections, 429 and 503.</summary>
    public static ResiliencePipeline<KubeAnswer> OfFaults(TimeProvider time) =>
        Build(
            time,
            new PredicateBuilder<KubeAnswer>()
                .Handle<HttpRequestException>(e => e.HttpRequestError != HttpRequestError.SecureConnectionError)
                .HandleResult(a => a.Status == HttpStatusCode.ServiceUnavailable && IsWorthWaiting(a))
                .HandleResult(IsRefusal)
        );

    /// <summary>For all others: 429 only, which says that the server has not looked at the request.</summary>
    public static ResiliencePipeline<KubeAnswer> OfRefusals(TimeProvider time) =>
        Build(time, new PredicateBuilder<KubeAnswer>().HandleResult(IsRefusal));

    private static ResiliencePipeline<KubeAnswer> Build(TimeProvider time, PredicateBuilder<KubeAnswer> shouldHandle) =>
        new ResiliencePipelineBuilder<KubeAnswer> { TimeProvider = time }
            .AddRetry(
                new RetryStrategyOptions<KubeAnswer>
                {
                    MaxRetryAttempts = 3,
                    Delay = TimeSpan.FromMilliseconds(200),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    ShouldHandle = shouldHandle,
                    DelayGenerator = arguments => ValueTask.FromResult(arguments.Outcome.Result?.RetryAfter),
                }
            )
            .Build();

    private static bool IsRefusal(KubeAnswer answer) =>
        answer.Status == HttpStatusCode.TooManyRequests && IsWorthWaiting(answer);

    private static bool IsWorthWaiting(KubeAnswer answer) => (answer.RetryAfter ?? TimeSpan.Zero) <= LongestWait;
}
