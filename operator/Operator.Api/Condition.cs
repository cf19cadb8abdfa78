namespace Operator.Api;

/// <summary>metav1.Condition. Messages contain no timestamps and no running counters, because each change is a write.</summary>
public sealed record Condition
{
    public string Type { get; set; } = "";

    /// <summary><c>True</c>, <c>False</c> or <c>Unknown</c>.</summary>
    public string Status { get; set; } = "Unknown";
    public long ObservedGeneration { get; set; }
    public DateTimeOffset LastTransitionTime { get; set; }
    public string Reason { get; set; } = "";
    public string Message { get; set; } = "";
}

/// <summary>The condition types of our kinds. Reconciling and Stalled are present only while True (kstatus).</summary>
public static class ConditionTypes
{
    public const string Ready = "Ready";
    public const string Reconciling = "Reconciling";
    public const string Stalled = "Stalled";
    public const string Paused = "Paused";
    public const string RolledBack = "RolledBack";

    /// <summary>Two operators with different ids see the connector. Present while the one that is not in charge stands back.</summary>
    public const string OperatorConflict = "OperatorConflict";
}
