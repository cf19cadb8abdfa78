using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Record;

/// <summary>The last good content of each list in <c>spec.storesFrom</c>, used when a ConfigMap is missing or invalid.</summary>
public sealed record StoreBook
{
    /// <summary>In the order of the spec.</summary>
    public ImmutableArray<KeptStoreList> Lists { get; set; } = [];

    /// <summary>The names in <c>spec.stores</c> when the record last took note; empty: none, or an older operator wrote the record.</summary>
    public ImmutableArray<string> Inline { get; set; } = [];

    /// <summary>
    /// The account of each store in <see cref="Inline"/>, as a hash; 0: it names none. Empty: none does, or an older operator wrote the record.
    /// </summary>
    public ImmutableArray<ulong> Accounts { get; set; } = [];

    /// <summary>By store: accounts that stores had when their runs were planned, and have no longer, while the record has these runs.</summary>
    public ImmutableArray<FormerAccount> Former { get; set; } = [];

    /// <summary>Lists that lost more than half of their stores at once.</summary>
    public ImmutableArray<StoreDrop> Drops { get; set; } = [];

    internal bool IsEmpty => Lists.IsEmpty && Inline.IsEmpty && Drops.IsEmpty && Former.IsEmpty;

    public KeptStoreList? Find(string source) => Lists.FirstOrDefault(l => l.Source == source);
}

/// <summary>The last good content of one list.</summary>
public sealed record KeptStoreList
{
    /// <summary><c>name/key</c> of the ConfigMap's key.</summary>
    public string Source { get; set; } = "";

    /// <summary>Hash of the source text.</summary>
    public string Hash { get; set; } = "";

    /// <summary>A wrong store is here as it was when it was last right.</summary>
    public ImmutableArray<Store> Stores { get; set; } = [];

    /// <summary>Names of the stores that are wrong, and stand still.</summary>
    public ImmutableArray<string> Wrong { get; set; } = [];
}

/// <summary>The account, as a hash, under which a store's run was planned: the store has left since then, or has another account.</summary>
public sealed record FormerAccount
{
    public string Store { get; set; } = "";
    public ulong Account { get; set; }

    /// <summary>
    /// The runs that may have the account, each as <c>flow/occasion/index</c>: later runs of the store have another one. Empty: an older
    /// operator wrote the record.
    /// </summary>
    public ImmutableArray<string> Runs { get; set; } = [];
}

/// <summary>A list that lost more than half of its stores at once.</summary>
public sealed record StoreDrop
{
    /// <summary>The source of the stores in the spec itself. No ConfigMap's key has this name: it has no slash.</summary>
    public const string Inline = "spec.stores";

    /// <summary><c>name/key</c> of the ConfigMap's key; <see cref="Inline"/> for <c>spec.stores</c>.</summary>
    public string Source { get; set; } = "";
    public DateTimeOffset At { get; set; }

    /// <summary>Number of stores in the list before.</summary>
    public int Before { get; set; }

    /// <summary>The stores that the list lost and that no other list has.</summary>
    public ImmutableArray<string> Stores { get; set; } = [];
}
