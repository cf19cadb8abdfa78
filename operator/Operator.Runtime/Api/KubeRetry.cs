using System.Net;
using Polly;
using Polly.Retry;

namespace Operator.Runtime;

/// <summary>Retries inside a call. A Retry-After header sets the delay.</summary>
internal static class KubeRetry
{
    /// <summary>If the server asks for a longer wait, the call fails and the queue's backoff waits; no worker waits here.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    /// <summary>For idempotent calls: retries after a broken connection, 429 and 503.</summary>
    public static ResiliencePipeline<KubeAnswer> OfFaults(TimeProvider time) =>
        Build(
            time,
            new PredicateBuilder<KubeAnswer>()
                .Handle<HttpRequestException>(e => e.HttpRequestError != HttpRequestError.SecureConnectionError)
                .HandleResult(a => a.Status == HttpStatusCode.ServiceUnavailable && IsWorthWaiting(a))
                .HandleResult(IsRefusal)
        );

    /// <summary>For all other calls: retries only after 429, because the server has not processed the request.</summary>
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
