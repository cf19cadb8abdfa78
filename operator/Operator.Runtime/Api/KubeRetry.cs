using System.Net;
using Polly;
using Polly.Retry;

namespace Operator.Runtime;

/// <summary>The one retry inside a call: broken connections, 429 and 503, for idempotent calls only. Retry-After is obeyed.</summary>
internal static class KubeRetry
{
    /// <summary>A server that asks for more gets it from the queue's backoff, not from a worker that waits here.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    public static ResiliencePipeline<KubeAnswer> Build(TimeProvider time) =>
        new ResiliencePipelineBuilder<KubeAnswer> { TimeProvider = time }
            .AddRetry(
                new RetryStrategyOptions<KubeAnswer>
                {
                    MaxRetryAttempts = 3,
                    Delay = TimeSpan.FromMilliseconds(200),
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    ShouldHandle = new PredicateBuilder<KubeAnswer>()
                        .Handle<HttpRequestException>(e => e.HttpRequestError != HttpRequestError.SecureConnectionError)
                        .HandleResult(IsWorthWaiting),
                    DelayGenerator = arguments => ValueTask.FromResult(arguments.Outcome.Result?.RetryAfter),
                }
            )
            .Build();

    private static bool IsWorthWaiting(KubeAnswer answer) =>
        answer.Status is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
        && (answer.RetryAfter ?? TimeSpan.Zero) <= LongestWait;
}
