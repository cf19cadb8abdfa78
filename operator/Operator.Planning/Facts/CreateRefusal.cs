namespace Operator.Planning.Facts;

/// <summary>Why the API server refused to create a pod. The cause is outside the version, and a user or administrator must fix it.</summary>
public sealed record CreateRefusal(RefusalKind Kind, string Message);

public enum RefusalKind
{
    /// <summary>A ResourceQuota or LimitRange of the namespace.</summary>
    Quota,

    /// <summary>An admission webhook or policy.</summary>
    Admission,

    /// <summary>Any other cause: RBAC, a namespace that is being deleted, an invalid pod.</summary>
    Other,
}
