using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>Flows and stores that an action suspended, or that it let go on.</summary>
public sealed record SuspensionOrder
{
    /// <summary>It ends what earlier ones suspend of its flows and stores, instead of suspending.</summary>
    public bool IsLift { get; set; }

    /// <summary>Empty: all flows.</summary>
    public string Flow { get; set; } = "";

    /// <summary>Empty: all stores.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];
    public DateTimeOffset At { get; set; }

    /// <summary>When it ends, or ended; null: when somebody lifts it.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>The SyncAction's name.</summary>
    public string Action { get; set; } = "";
    public string Reason { get; set; } = "";

    /// <summary>All flows and stores of the other are among its own.</summary>
    public bool Covers(SuspensionOrder other) =>
        HasFlow(other.Flow)
        && (
            Stores.IsEmpty
            || (!other.Stores.IsEmpty && other.Stores.All(s => Stores.Contains(s, StringComparer.Ordinal)))
        );

    /// <summary>Some flow and store are of both.</summary>
    public bool Overlaps(SuspensionOrder other) =>
        (HasFlow(other.Flow) || other.HasFlow(Flow))
        && (Stores.IsEmpty || other.Stores.IsEmpty || other.Stores.Intersect(Stores, StringComparer.Ordinal).Any());

    public bool HasFlow(string flow) => Flow.Length == 0 || Flow == flow;
}
