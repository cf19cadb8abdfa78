using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Facts;

/// <summary>What is known of one entry of <c>spec.storesFrom</c>.</summary>
public sealed record StoreListSight
{
    /// <summary><c>name/key</c> of the ConfigMap's key.</summary>
    public string Source { get; init; } = "";

    /// <summary>Of the text; empty when there is none.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Empty when there is a problem.</summary>
    public ImmutableArray<Store> Stores { get; init; } = [];

    /// <summary>Why there is no list to be had, and what to do; null when there is.</summary>
    public string? Problem { get; init; }
}
