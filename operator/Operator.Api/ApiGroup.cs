namespace Operator.Api;

/// <summary>Names of our API group, its kinds, labels and annotations.</summary>
public static class ApiGroup
{
    public const string Name = "marketplace-operator.io";
    public const string Version = "v1alpha1";
    public const string ApiVersion = Name + "/" + Version;
    public const string ConnectorKind = "MarketplaceConnector";
    public const string ConnectorPlural = "marketplaceconnectors";
    public const string RolloutKind = "SyncRollout";
    public const string RolloutPlural = "syncrollouts";
    public const string ActionKind = "SyncAction";
    public const string ActionPlural = "syncactions";

    /// <summary>For messages that list them.</summary>
    public const string AllKinds = $"{ConnectorKind}, {RolloutKind} or {ActionKind}";

    /// <summary>A ConfigMap with stores carries this label with the value <c>true</c>; others are not watched.</summary>
    public const string StoresLabel = Name + "/stores";

    /// <summary>With the value <c>true</c> on a ServiceAccount: sync pods may run under it.</summary>
    public const string AllowSyncPodsLabel = Name + "/allow-sync-pods";
}
