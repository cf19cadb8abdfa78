namespace Operator.Planning.Facts;

/// <summary>Why the API server would not take a pod: a cause outside the version, and somebody's to mend.</summary>
public sealed record CreateRefusal(RefusalKind Kind, string Message);

public enum RefusalKind
{
    /// <summary>A ResourceQuota or LimitRange of the namespace.</summary>
    Quota,

    /// <summary>An admission webhook or policy.</summary>
    Admission,

    /// <summary>Anything else: RBAC, a namespace that is being deleted, a pod that the server finds invalid.</summary>
    Other,
}
