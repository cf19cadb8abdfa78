using System.Collections.Immutable;

namespace Operator.Planning.Record;

/// <summary>An action's order to suspend flows and stores, or to lift earlier suspensions.</summary>
public sealed record SuspensionOrder
{
    /// <summary>True: the order ends earlier suspensions of its flows and stores. False: it suspends them.</summary>
    public bool IsLift { get; set; }

    /// <summary>Empty: all flows.</summary>
    public string Flow { get; set; } = "";

    /// <summary>Empty: all stores.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];
    public DateTimeOffset At { get; set; }

    /// <summary>When the suspension ends or ended; null: it has no end until an order lifts it.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>The SyncAction's name.</summary>
    public string Action { get; set; } = "";
    public string Reason { get; set; } = "";

    /// <summary>This order includes all flows and stores of the other order.</summary>
    public bool Covers(SuspensionOrder other) =>
        HasFlow(other.Flow)
        && (
            Stores.IsEmpty
            || (!other.Stores.IsEmpty && other.Stores.All(s => Stores.Contains(s, StringComparer.Ordinal)))
        );

    /// <summary>At least one flow and store belongs to both orders.</summary>
    public bool Overlaps(SuspensionOrder other) =>
        (HasFlow(other.Flow) || other.HasFlow(Flow))
        && (Stores.IsEmpty || other.Stores.IsEmpty || other.Stores.Intersect(Stores, StringComparer.Ordinal).Any());

    public bool HasFlow(string flow) => Flow.Length == 0 || Flow == flow;
}
