using System.Collections.Immutable;
using System.Diagnostics;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>The result of a live read of a ServiceAccount.</summary>
public enum ServiceAccountSight
{
    Missing,

    /// <summary>The ServiceAccount exists without the label that allows sync pods to use it.</summary>
    NotAllowed,
    Allowed,
}

/// <summary>
/// Checks that a label allows sync pods to use a ServiceAccount. Without this check, a user who may write connectors could run
/// code under any ServiceAccount of the namespace. Only a user who may write ServiceAccounts can set the label.
/// </summary>
public static class ServiceAccounts
{
    /// <summary>ServiceAccounts of the pods that can be created now: from the spec's sync pod, stable and the candidate.</summary>
    public static ImmutableArray<string> Referenced(SyncPodSpec own, ConnectorRecord? record) =>
        [
            .. new[] { own, record?.Stable?.Sync, record?.Revisions.Find(record.RunningAttempt?.Revision)?.Sync }
                .Select(s => s?.ServiceAccountName)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>The problem and the fix; null when there is no problem.</summary>
    public static string? Problem(string name, ServiceAccountSight sight)
    {
        const string path = "spec.sync.serviceAccountName";
        return sight switch
        {
            ServiceAccountSight.Allowed => null,
            ServiceAccountSight.Missing =>
                $"{path}: ServiceAccount '{name}' is not there; create it or take it out of the spec",
            ServiceAccountSight.NotAllowed =>
                $"{path}: ServiceAccount '{name}' is not open to sync pods; label it {ApiGroup.AllowSyncPodsLabel}=true if they may run under it",
            _ => throw new UnreachableException(),
        };
    }
}
