using System.ComponentModel.DataAnnotations;

namespace Operator;

/// <summary>Settings of the program, as command-line flags (<c>--http-port=8080</c>) or environment (<c>OPERATOR_HttpPort</c>).</summary>
public sealed class OperatorOptions
{
    /// <summary>Port of /metrics, /livez and /readyz. Default 8080.</summary>
    [Range(1, 65535)]
    public int HttpPort { get; set; } = 8080;

    /// <summary>The one namespace to watch. Default: all.</summary>
    public string WatchNamespace { get; set; } = "";

    /// <summary>The same, null for all.</summary>
    internal string? Namespace => WatchNamespace.Length == 0 ? null : WatchNamespace;

    /// <summary>Where the Lease is kept. Default: <c>default</c>; the chart sets the operator's own namespace.</summary>
    [Required]
    public string LeaseNamespace { get; set; } = "default";

    [Required]
    public string LeaseName { get; set; } = "marketplace-operator";

    /// <summary>Unique among the replicas. Default: the machine's name; the chart sets the pod's.</summary>
    [Required]
    public string Identity { get; set; } = Environment.MachineName;

    /// <summary>Least interval of <c>@every</c> schedules. Default 30 s; demos and tests allow less.</summary>
    public TimeSpan MinimumInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Connectors reconciled at the same time. Default 4.</summary>
    [Range(1, 64)]
    public int Workers { get; set; } = 4;

    /// <summary>Finished pods kept over all connectors; at the cap nothing new is planned. Default 5000.</summary>
    [Range(10, 12000)]
    public int FinishedPodsCap { get; set; } = 5000;
}
