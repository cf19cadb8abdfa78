using System.Collections.Immutable;
using Operator.Api;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>The actions by the connector that they name. Safe for concurrent use.</summary>
internal sealed class ActionsByConnector
{
    private readonly OwnerIndex _byTarget = new();

    public ImmutableHashSet<ObjectKey> Of(ObjectKey connector) => _byTarget.Of(connector);

    public void Seen(ObjectChange<SyncAction> change)
    {
        if (change.Before is { } before)
        {
            _byTarget.Remove(TargetOf(before), change.Key);
        }
        if (change.After is { } after)
        {
            _byTarget.Add(TargetOf(after), change.Key);
        }
    }

    public static ObjectKey TargetOf(SyncAction action)
    {
        var name = action.Spec.TargetRef.Name;
        return ObjectNames.Problem(name) is null
            ? new ObjectKey(action.Metadata.Namespace, name)
            : Nobody(action.Metadata.Namespace);
    }

    /// <summary>The key for actions that name no valid connector; no object can have this empty name.</summary>
    public static ObjectKey Nobody(string ns) => new(ns, "");

    public static bool IsNobody(ObjectKey key) => key.Name.Length == 0;
}
