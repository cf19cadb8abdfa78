namespace Operator.Runtime;

/// <summary>The exceptions of <see cref="IKubeApi"/> that say something about the server or the way to it, and nothing about us.</summary>
public static class FailedCalls
{
    public static bool IsFailedCall(this Exception e) =>
        e is KubeApiException or HttpRequestException or TimeoutException or IOException;

    /// <summary>The server gave no answer, or is too busy for one. The next call will probably not fare better.</summary>
    public static bool IsUnanswered(this Exception e) =>
        e.IsFailedCall() && e is not KubeApiException { IsOverloaded: false };

    /// <summary>Words for a condition: the server's own; the same words for all calls without an answer, because these differ in details.</summary>
    public static string Words(Exception e) =>
        e is KubeApiException answer ? answer.Message : "the API server gives no answer";
}
