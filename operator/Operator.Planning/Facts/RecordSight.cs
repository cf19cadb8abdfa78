using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>What is known of the connector's record.</summary>
public abstract record RecordSight
{
    private RecordSight() { }

    /// <summary>The connector is new. The id is random and becomes the record's.</summary>
    public sealed record Fresh(string NewId, DateTimeOffset CreatedAt) : RecordSight;

    public sealed record Found(ConnectorRecord Record) : RecordSight;

    /// <summary>There was one. <paramref name="Revisions"/> and <paramref name="Attempts"/> are the newest parts that survived.</summary>
    public sealed record Lost(
        string Why,
        string NewId,
        DateTimeOffset CreatedAt,
        RevisionBook? Revisions,
        AttemptBook? Attempts
    ) : RecordSight
    {
        /// <summary>The newest part that survived; null: none did.</summary>
        public ActionBook? Actions { get; init; }
    }
}
