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

    /// <summary>Image ids that the revision may run: the id of its first run, and ids that a user accepted. At most four.</summary>
    public ImmutableArray<string> ImageIds { get; set; } = [];

    /// <summary>Another image id that a run of the revision had. It holds the attempt. Null: none.</summary>
    public string? OtherImageId { get; set; }

    /// <summary>The sync pod without the fields that are not part of a revision.</summary>
    public SyncPodSpec Sync { get; set; } = new();

    /// <summary>Parameters of every flow that the revision runs: those that the spec listed, and those that joined later. It runs no other flow.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> FlowParameters { get; set; } =
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<string, string>>(StringComparer.Ordinal);

    /// <summary>
    /// The values of the ConfigMap keys in the env of <see cref="Sync"/>, by <c>name/key</c>. Pods get these values, so that an
    /// edit of a ConfigMap spreads like an image and a rollback brings the old values back.
    /// </summary>
    public ImmutableSortedDictionary<string, string> Values { get; set; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Members that a newer version of the operator wrote; kept as they are. Null: none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Newer { get; set; }
}
