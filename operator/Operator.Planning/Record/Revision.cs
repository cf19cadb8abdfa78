using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Operator.Api;

namespace Operator.Planning.Record;

/// <summary>An immutable snapshot of the sync pod's template and the flow parameters.</summary>
public sealed record Revision
{
    public string Hash { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>A container of this revision has started, so its image exists.</summary>
    public bool HasStarted { get; set; }

    /// <summary>The sync pod without the fields that are not part of a revision.</summary>
    public SyncPodSpec Sync { get; set; } = new();

    /// <summary>Parameters of every flow that the spec listed. A flow that joined later uses the live spec's parameters.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> FlowParameters { get; set; } =
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<string, string>>(StringComparer.Ordinal);

    /// <summary>Members that a newer version of the operator wrote; kept as they are. Null: none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Newer { get; set; }
}
