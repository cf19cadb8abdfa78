using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Record;

/// <summary>An immutable snapshot of what a sync pod is.</summary>
public sealed record Revision
{
    public string Hash { get; set; } = "";
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>A container of this revision has started: its image exists.</summary>
    public bool HasStarted { get; set; }

    /// <summary>The sync pod, fields outside the revision left out.</summary>
    public SyncPodSpec Sync { get; set; } = new();

    /// <summary>Parameters of every flow that the spec listed; a flow that joined later takes those of the live spec.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> FlowParameters { get; set; } =
        ImmutableSortedDictionary.Create<string, ImmutableSortedDictionary<string, string>>(StringComparer.Ordinal);
}
