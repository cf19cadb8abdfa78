using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Operator.Planning.Record;

/// <summary>Attempts to roll out a candidate: the running attempt and the last ten ended attempts.</summary>
public sealed record AttemptBook
{
    public int LastNumber { get; set; }
    public Attempt? Current { get; set; }

    /// <summary>Newest first.</summary>
    public ImmutableArray<EndedAttempt> History { get; set; } = [];

    /// <summary>UID of the connector object at the last commit; null: no commit yet.</summary>
    public string? ConnectorUid { get; set; }

    /// <summary>The last plan saw <c>spec.suspend</c> set.</summary>
    public bool Suspended { get; set; }

    /// <summary>When <c>spec.suspend</c> was last cleared. Slots before this instant are neither run nor counted as missed. Null: never.</summary>
    public DateTimeOffset? ResumedAt { get; set; }

    /// <summary>Members that a newer version of the operator wrote; kept as they are. Null: none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Newer { get; set; }
}
