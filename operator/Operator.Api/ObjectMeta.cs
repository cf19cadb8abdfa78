using System.Collections.Immutable;

namespace Operator.Api;

/// <summary>The fields of Kubernetes' ObjectMeta that we read.</summary>
public sealed record ObjectMeta
{
    public string Name { get; set; } = "";
    public string Namespace { get; set; } = "";
    public string Uid { get; set; } = "";
    public string ResourceVersion { get; set; } = "";
    public long Generation { get; set; }
    public DateTimeOffset? CreationTimestamp { get; set; }
    public DateTimeOffset? DeletionTimestamp { get; set; }

    /// <summary>What keeps the object while it is being deleted. We set none.</summary>
    public ImmutableArray<string> Finalizers { get; set; } = [];
    public ImmutableSortedDictionary<string, string> Labels { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableSortedDictionary<string, string> Annotations { get; set; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A reference to an object in the same namespace.</summary>
public sealed record LocalObjectReference
{
    public string Name { get; set; } = "";
}

/// <summary>One key of a Secret or ConfigMap in the same namespace.</summary>
public sealed record KeySelector
{
    public string Name { get; set; } = "";
    public string Key { get; set; } = "";
}
