using Operator.Api;

namespace Operator.Planning.Facts;

/// <summary>What the operator read of the connector's SyncRollout.</summary>
public abstract record RolloutSight
{
    private RolloutSight() { }

    /// <summary>A live read found none.</summary>
    public sealed record Missing : RolloutSight;

    /// <summary>The rollout is unreadable or invalid. The attempt holds, and the cohort's stores run stable.</summary>
    public sealed record Unusable(string Name, string PolicyUid, string Why, SyncRollout? Policy) : RolloutSight;

    public sealed record Present(SyncRollout Policy) : RolloutSight;

    /// <summary>The object's UID; null when there is no object.</summary>
    public string? Uid =>
        this switch
        {
            Present p => p.Policy.Metadata.Uid,
            Unusable u => u.PolicyUid,
            _ => null,
        };
}
