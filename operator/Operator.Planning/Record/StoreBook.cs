using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Record;

/// <summary>The last good content of each list in <c>spec.storesFrom</c>, used when a ConfigMap is missing or invalid.</summary>
public sealed record StoreBook
{
    /// <summary>In the order of the spec.</summary>
    public ImmutableArray<KeptStoreList> Lists { get; set; } = [];

    public KeptStoreList? Find(string source) => Lists.FirstOrDefault(l => l.Source == source);
}

/// <summary>The last good content of one list.</summary>
public sealed record KeptStoreList
{
    /// <summary><c>name/key</c> of the ConfigMap's key.</summary>
    public string Source { get; set; } = "";

    /// <summary>Hash of the source text.</summary>
    public string Hash { get; set; } = "";
    public ImmutableArray<Store> Stores { get; set; } = [];
}
