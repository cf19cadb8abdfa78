using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>Attempts to roll a candidate out: the running one and the last ten that ended.</summary>
public sealed record AttemptBook
{
    public int LastNumber { get; set; }
    public Attempt? Current { get; set; }

    /// <summary>Newest first.</summary>
    public ImmutableArray<EndedAttempt> History { get; set; } = [];

    /// <summary>The spec was suspended when last looked at.</summary>
    public bool Suspended { get; set; }

    /// <summary>When the connector was last resumed; slots due before count for nothing.</summary>
    public DateTimeOffset? ResumedAt { get; set; }
}
