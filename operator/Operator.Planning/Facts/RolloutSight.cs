using Operator.Api;

namespace Operator.Planning.Facts;

/// <summary>What is known of the connector's SyncRollout.</summary>
public abstract record RolloutSight
{
    private RolloutSight() { }

    /// <summary>A live read says that there is none.</summary>
    public sealed record Missing : RolloutSight;

    /// <summary>There is one that can't be read or is invalid: everything holds, cohort stores run stable.</summary>
    public sealed record Unusable(string Name, string PolicyUid, string Why, SyncRollout? Policy) : RolloutSight;

    public sealed record Present(SyncRollout Policy) : RolloutSight;

    /// <summary>The UID when there is an object, else null.</summary>
    public string? Uid =>
        this switch
        {
            Present p => p.Policy.Metadata.Uid,
            Unusable u => u.PolicyUid,
            _ => null,
        };
}
