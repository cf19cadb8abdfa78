using System.Collections.Immutable;

namespace Operator.Planning.Facts;

/// <summary>Why the API server refused to create a pod. The cause is outside the version, and a user or administrator must fix it.</summary>
public sealed record CreateRefusal(RefusalKind Kind, string Message)
{
    /// <summary>The end of the server's sentence about the pod, before its cause.</summary>
    private const string Forbidden = "\" is forbidden: ";

    private static readonly ImmutableArray<string> OfQuotas =
    [
        "exceeded quota",
        "usage per",
        // A quota that is busy, or can't be evaluated, answers with a conflict or an error.
        "on resourcequotas",
        "resource quota evaluation",
    ];
    private static readonly ImmutableArray<string> OfAdmission =
    [
        "admission webhook",
        "violates PodSecurity",
        "ValidatingAdmissionPolicy",
    ];

    /// <summary>
    /// The refusal with the server's words. They are kept without the pod's name: the condition must stay the same while the cause does, and
    /// each due time has other pods. Only the words show the kind.
    /// </summary>
    /// <param name="pod">The name of the pod.</param>
    /// <param name="message">The server's words.</param>
    /// <param name="isWebhookFailure">The server could not call a webhook.</param>
    public static CreateRefusal Of(string pod, string message, bool isWebhookFailure = false)
    {
        var at = message.IndexOf(Forbidden, StringComparison.Ordinal);
        var words = at < 0 ? message : message[(at + Forbidden.Length)..];
        return new CreateRefusal(KindOf(message, isWebhookFailure), words.Replace(pod, "…", StringComparison.Ordinal));
    }

    private static RefusalKind KindOf(string message, bool isWebhookFailure) =>
        HasAny(message, OfQuotas) ? RefusalKind.Quota
        : isWebhookFailure || HasAny(message, OfAdmission) ? RefusalKind.Admission
        : RefusalKind.Other;

    private static bool HasAny(string message, ImmutableArray<string> words) =>
        words.Any(w => message.Contains(w, StringComparison.Ordinal));
}

public enum RefusalKind
{
    /// <summary>A ResourceQuota or LimitRange of the namespace.</summary>
    Quota,

    /// <summary>An admission webhook or policy.</summary>
    Admission,

    /// <summary>Any other cause: RBAC, a namespace that is being deleted, an invalid pod.</summary>
    Other,
}
