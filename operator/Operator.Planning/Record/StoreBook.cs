using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Record;

/// <summary>The last good content of each list that <c>spec.storesFrom</c> names: what goes on when a ConfigMap is lost or broken.</summary>
public sealed record StoreBook
{
    /// <summary>In the order of the spec.</summary>
    public ImmutableArray<KeptStoreList> Lists { get; init; } = [];

    public KeptStoreList? Find(string source) => Lists.FirstOrDefault(l => l.Source == source);
}

/// <summary>One list as it was last good.</summary>
public sealed record KeptStoreList
{
    /// <summary><c>name/key</c> of the ConfigMap's key.</summary>
    public string Source { get; set; } = "";

    /// <summary>Of the text that it was read from: another one is another content.</summary>
    public string Hash { get; set; } = "";
    public ImmutableArray<Store> Stores { get; set; } = [];
}
