using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Operator.Planning.Facts;
using Operator.Planning.Quotas;

namespace Operator.Planning.Output;

/// <summary>/sync/run.json: what the worker has to do.</summary>
public sealed record RunFile
{
    public int V { get; init; } = 1;
    public string Run { get; init; } = "";
    public string Connector { get; init; } = "";
    public string Flow { get; init; } = "";
    public string Occasion { get; init; } = "";

    /// <summary>RFC 3339, UTC.</summary>
    public string Slot { get; init; } = "";

    /// <summary>The IANA zone of the flow's schedule, in which its days begin.</summary>
    public string TimeZone { get; init; } = "";

    /// <summary>Scheduled, RunNow or CatchUp; Retry for a further try within the occasion.</summary>
    public string Reason { get; init; } = "";
    public string Revision { get; init; } = "";

    /// <summary>RFC 3339, UTC. The worker exits when this instant has passed.</summary>
    public string Deadline { get; init; } = "";
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The stores of the run; the worker reports them in the same order.</summary>
    public ImmutableArray<RunStore> Stores { get; init; } = [];

    /// <summary>The calls that the run may make, by API; absent when no quota limits the flow.</summary>
    public ImmutableSortedDictionary<string, QuotaShare>? Quotas { get; init; }
}

public sealed record RunStore
{
    public string Name { get; init; } = "";
    public ImmutableArray<string> Sites { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The newest slot in which the store had no failed item and nothing more to do; absent when there was none.</summary>
    public string? LastOkSlot { get; init; }

    /// <summary>The newest slot on which a run told about the store, whatever it told; absent when there was none.</summary>
    public string? LastRunSlot { get; init; }
    public string? LastOkRevision { get; init; }

    /// <summary>
    /// The work of the due time at or after this instant, and of all later ones, is to be redone: since a RunNow, or since the first due
    /// time of a version that was taken back. Absent: nothing.
    /// </summary>
    public string? RedoFrom { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(RunFile))]
[JsonSerializable(typeof(Fingerprint))]
public sealed partial class RunJson : JsonSerializerContext;
