namespace Operator.Api;

/// <summary>Names of our API group, kinds and labels.</summary>
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
    public const string RecordKind = "SyncRecord";
    public const string RecordPlural = "syncrecords";

    /// <summary>All kinds that users write, for messages.</summary>
    public const string AllKinds = $"{ConnectorKind}, {RolloutKind} or {ActionKind}";

    /// <summary>
    /// Label with the value <c>true</c> on a ConfigMap with stores; other ConfigMaps are not watched for stores.
    /// </summary>
    public const string StoresLabel = Name + "/stores";

    /// <summary>Label with the value <c>true</c> on a ServiceAccount that sync pods may use.</summary>
    public const string AllowSyncPodsLabel = Name + "/allow-sync-pods";
}
