using Operator.Api;

namespace Operator.Planning.Facts;

/// <summary>Labels and annotations of the objects that the operator creates.</summary>
public static class PodMarks
{
    public const string ManagedBy = "app.kubernetes.io/managed-by";
    public const string OperatorName = "marketplace-operator";

    // Labels, for selectors. Long connector names are shortened.
    public const string Connector = ApiGroup.Name + "/connector";
    public const string Flow = ApiGroup.Name + "/flow";
    public const string Occasion = ApiGroup.Name + "/occasion";
    public const string Revision = ApiGroup.Name + "/revision";
    public const string Arm = ApiGroup.Name + "/arm";
    public const string Attempt = ApiGroup.Name + "/attempt";
    public const string Marketplace = ApiGroup.Name + "/marketplace";
    public const string Environment = ApiGroup.Name + "/environment";

    // Annotations, with full values.
    public const string ConnectorName = ApiGroup.Name + "/connector-name";
    public const string Fingerprint = ApiGroup.Name + "/fingerprint";
    public const string Run = ApiGroup.Name + "/run";
    public const string Counter = ApiGroup.Name + "/record-counter";

    /// <summary>The container that is the run, whatever others a webhook adds.</summary>
    public const string ContainerName = "sync";

    /// <summary>The emptyDir at /tmp.</summary>
    public const string ScratchVolume = "scratch";

    private const int MaxLabelLength = 63;

    /// <summary>The name when it fits into a label, else the start of the name and a hash.</summary>
    public static string LabelValue(string name) =>
        name.Length <= MaxLabelLength
            ? name
            : $"{name[..46].TrimEnd('-', '.')}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)))[..16]}";
}
