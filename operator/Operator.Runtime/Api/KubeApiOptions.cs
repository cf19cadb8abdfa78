namespace Operator.Runtime;

/// <summary>Limits of calls, each with its retries and its whole answer.</summary>
public sealed record KubeApiOptions
{
    /// <summary>Of a read. Default 8 s.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Of a write. At most the lease's duration less its renew deadline, so that it ends before others lead. Default 5 s.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Of one page of a list, which may be large, and of opening a watch. Default 30 s.</summary>
    public TimeSpan ListTimeout { get; init; } = TimeSpan.FromSeconds(30);

    internal TimeSpan Of(KubeCall call) =>
        call.IsWrite ? WriteTimeout
        : call.IsList ? ListTimeout
        : CallTimeout;
}
