using System.ComponentModel.DataAnnotations;

namespace Operator;

/// <summary>
/// Settings of the program, as command-line flags (<c>--http-port=8080</c>) or environment variables (<c>OPERATOR_HttpPort</c>).
/// </summary>
public sealed class OperatorOptions
{
    /// <summary>Port of /metrics, /livez and /readyz. Default 8080.</summary>
    [Range(1, 65535)]
    public int HttpPort { get; set; } = 8080;

    /// <summary>The only namespace to watch. Default: empty, for all namespaces.</summary>
    public string WatchNamespace { get; set; } = "";

    /// <summary>The only namespace to watch; null: all namespaces.</summary>
    internal string? Namespace => WatchNamespace.Length == 0 ? null : WatchNamespace;

    /// <summary>Namespace of the Lease. Default: <c>default</c>; the chart sets the operator's own namespace.</summary>
    [Required]
    public string LeaseNamespace { get; set; } = "default";

    [Required]
    public string LeaseName { get; set; } = "marketplace-operator";

    /// <summary>Name of this replica in the Lease. Default: the machine's name; the chart sets the pod's name.</summary>
    [Required]
    public string Identity { get; set; } = Environment.MachineName;

    /// <summary>
    /// Id of this installation of the operator, the same for all its replicas, and unique in the cluster. Default: the namespace and
    /// name of the Lease; the chart sets the namespace and name of the release.
    /// </summary>
    [RegularExpression(InstancePattern)]
    public string InstanceId { get; set; } = "";

    /// <summary>
    /// The id of another operator from which this one takes over its connectors at once, without waiting. Default: empty, for none.
    /// </summary>
    [RegularExpression(InstancePattern)]
    public string TakeOver { get; set; } = "";

    /// <summary>Empty, or up to 128 letters, digits and <c>- _ . /</c>.</summary>
    private const string InstancePattern = "[A-Za-z0-9._/-]{0,128}";

    internal string Instance => InstanceId.Length > 0 ? InstanceId : $"{LeaseNamespace}/{LeaseName}";

    /// <summary>Shortest interval of <c>@every</c> schedules. Default 30 s; demos and tests use a shorter one.</summary>
    public TimeSpan MinimumInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Connectors reconciled at the same time. Default 4.</summary>
    [Range(1, 64)]
    public int Workers { get; set; } = 4;

    /// <summary>
    /// Most finished pods of all connectors together. At this number the oldest are deleted, whatever <c>spec.history</c> says. Only
    /// pods that are not folded yet stop new runs. Default 5000.
    /// </summary>
    [Range(10, 12000)]
    public int FinishedPodsCap { get; set; } = 5000;
}
