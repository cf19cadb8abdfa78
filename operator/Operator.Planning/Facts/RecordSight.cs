using Operator.Planning.Record;

namespace Operator.Planning.Facts;

/// <summary>What the operator read of the connector's record.</summary>
public abstract record RecordSight
{
    private RecordSight() { }

    /// <summary>The connector is new. The random id becomes the record's id.</summary>
    public sealed record Fresh(string NewId, DateTimeOffset CreatedAt) : RecordSight;

    public sealed record Found(ConnectorRecord Record) : RecordSight;

    /// <summary><paramref name="Holder"/>, which is not ours, has the name of the record's head. Nothing is known and nothing can be committed.</summary>
    public sealed record Foreign(string Holder) : RecordSight;

    /// <summary>The record's head is lost. <paramref name="Revisions"/> and <paramref name="Attempts"/> are the newest surviving parts.</summary>
    public sealed record Lost(
        string Why,
        string NewId,
        DateTimeOffset CreatedAt,
        RevisionBook? Revisions,
        AttemptBook? Attempts
    ) : RecordSight
    {
        /// <summary>The newest surviving part; null: none survived.</summary>
        public ActionBook? Actions { get; init; }
    }
}
