namespace Operator.Planning.Record;

/// <summary>When somebody planned, and what kept plans from starting runs. Shows why due times passed without a run.</summary>
public sealed record PlanningBook
{
    /// <summary>The newest committed plan of a connector without problems, suspended or not; null: none. Plans without a commit are not noted.</summary>
    public DateTimeOffset? PlannedAt { get; set; }

    /// <summary>Since when problems of the connector keep, or last kept, all runs from starting; null: it never had any.</summary>
    public DateTimeOffset? InvalidSince { get; set; }

    /// <summary>When these problems ended; null: not yet.</summary>
    public DateTimeOffset? InvalidUntil { get; set; }

    internal bool IsEmpty => PlannedAt is null && InvalidSince is null;

    internal bool IsInvalid => InvalidSince is not null && InvalidUntil is null;

    /// <summary>Problems of the connector kept runs from starting at some time of the span.</summary>
    internal bool WasInvalid(DateTimeOffset from, DateTimeOffset until) =>
        InvalidSince <= until && !(InvalidUntil < from);
}
