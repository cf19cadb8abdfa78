using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Facts;

/// <summary>What the operator read of one entry of <c>spec.storesFrom</c>.</summary>
public sealed record StoreListSight
{
    /// <summary><c>name/key</c> of the ConfigMap's key.</summary>
    public string Source { get; init; } = "";

    /// <summary>Hash of the text; empty when there is no text.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Stores of the list; empty when there is a problem.</summary>
    public ImmutableArray<Store> Stores { get; init; } = [];

    /// <summary>Names of single stores that are wrong, while others are right.</summary>
    public ImmutableArray<string> Wrong { get; init; } = [];

    /// <summary>What is wrong with the stores in <see cref="Wrong"/>; null when none is.</summary>
    public string? WrongBecause { get; init; }

    /// <summary>Entries are left out, because their name is no name.</summary>
    public bool HasNameless { get; init; }

    /// <summary>Why the list cannot be read, and what to do; null when the list is good.</summary>
    public string? Problem { get; init; }
}
