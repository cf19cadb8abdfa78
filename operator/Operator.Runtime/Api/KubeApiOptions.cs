namespace Operator.Runtime;

/// <summary>Time limits of calls. A limit includes the retries and the complete answer.</summary>
public sealed record KubeApiOptions
{
    /// <summary>Limit of a read. Default 8 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Limit of a write. At most the lease's duration less its renew deadline, so that a write ends before another replica leads.
    /// Default 5 s.
    /// </summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Limit of one list page, which may be large, and of opening a watch. Default 30 s.</summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal TimeSpan Of(KubeCall call) =>
        call.IsWrite ? WriteTimeout
        : call.IsList ? ListTimeout
        : CallTimeout;
}
