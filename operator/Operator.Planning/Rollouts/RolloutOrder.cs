using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Which of several rollouts of one connector is in charge: the oldest, and of those that were created in the same second, because the
/// server's times have no fractions, the one whose name comes first. Only facts of the objects count, so a restart changes nothing.
/// </summary>
public static class RolloutOrder
{
    private const string Remedy = "delete one of the two";

    /// <summary>The rollout in charge first.</summary>
    public static ImmutableArray<SyncRollout> Of(IEnumerable<SyncRollout> rollouts) =>
        [
            .. rollouts
                .OrderBy(r => r.Metadata.CreationTimestamp ?? DateTimeOffset.MaxValue)
                .ThenBy(r => r.Metadata.Name, StringComparer.Ordinal)
                .ThenBy(r => r.Metadata.Uid, StringComparer.Ordinal),
        ];

    /// <summary>What a rollout is told that is not in charge.</summary>
    public static string WhyNot(SyncRollout other, SyncRollout inCharge)
    {
        var connector = inCharge.Spec.ConnectorRef.Name;
        return $"{ApiGroup.RolloutKind} '{inCharge.Metadata.Name}' is in charge of connector '{connector}', because {Reason(inCharge, other)}; {Remedy}";
    }

    /// <summary>What the rollout in charge is told; null: no other rollout names its connector.</summary>
    public static string? Conflict(SyncRollout inCharge, ImmutableArray<SyncRollout> others) =>
        others.FirstOrDefault(o => o.Metadata.Uid != inCharge.Metadata.Uid) is { } first
            ? $"{ApiGroup.RolloutKind} '{first.Metadata.Name}' names the same connector and is not followed, because {Reason(inCharge, first)}; {Remedy}"
            : null;

    /// <summary>What a rollout is told beside one that can't be read: that one might be in charge.</summary>
    public static string WhyHeld(string unreadable) =>
        $"{ApiGroup.RolloutKind} '{unreadable}' names the same connector and can't be read, so none of the two is followed; correct or delete it";

    private static string Reason(SyncRollout inCharge, SyncRollout other) =>
        inCharge.Metadata.CreationTimestamp == other.Metadata.CreationTimestamp
            ? $"both were created in the same second and the name '{inCharge.Metadata.Name}' comes first"
            : $"'{inCharge.Metadata.Name}' is older";
}
