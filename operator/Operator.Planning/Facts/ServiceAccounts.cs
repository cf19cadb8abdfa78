using System.Collections.Immutable;
using System.Diagnostics;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>What a live read says of a ServiceAccount.</summary>
public enum ServiceAccountSight
{
    Missing,

    /// <summary>There is one, without the label that lets sync pods use it.</summary>
    NotAllowed,
    Allowed,

    /// <summary>The operator has no right to look.</summary>
    Hidden,
}

/// <summary>
/// Whoever may write a connector could otherwise run code under any ServiceAccount of the namespace: each must be opened to sync
/// pods by somebody who may write ServiceAccounts.
/// </summary>
public static class ServiceAccounts
{
    /// <summary>Names that pods may be created under now: of the spec, and of the revisions that stores run.</summary>
    public static ImmutableArray<string> Referenced(ConnectorSpec spec, ConnectorRecord? record) =>
        [
            .. new[] { spec.Sync, record?.Stable?.Sync, record?.Revisions.Find(record.RunningAttempt?.Revision)?.Sync }
                .Select(s => s?.ServiceAccountName)
                .OfType<string>()
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>What is wrong with a name and what to do, or null.</summary>
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
            ServiceAccountSight.Hidden =>
                $"{path}: the operator may not read ServiceAccount '{name}'; give it the right to get serviceaccounts, as its chart does",
            _ => throw new UnreachableException(),
        };
    }
}
