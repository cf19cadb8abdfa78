using Operator.Api;

namespace Operator.Planning.Rollouts;

/// <summary>
/// A rollout stays with the connector that first followed it: attempt and history are that connector's, and the rollout's status is
/// a witness of that connector's record. Servers with CEL refuse an edit of <c>spec.connectorRef</c>; older servers do not.
/// </summary>
public static class RolloutBinding
{
    /// <summary>Why the connector may not follow the rollout; null: it may.</summary>
    public static string? Problem(SyncRollout rollout, string connector)
    {
        var named = rollout.Spec.ConnectorRef.Name;
        var former = named == connector ? rollout.Status.Connector ?? named : connector;
        return former == named
            ? null
            : $"spec.connectorRef was changed from '{former}' to '{named}', but a {ApiGroup.RolloutKind} stays with its connector: change it back, or delete this {ApiGroup.RolloutKind} and create one for '{named}'";
    }
}
