using System.Collections.Immutable;

namespace Operator.Planning.Stores;

public sealed record SecretMount(string Secret, string Path)
{
    /// <summary>The keys that become files; empty: all of them do.</summary>
    public ImmutableArray<SecretItem> Items { get; init; } = [];
}

/// <summary>A key of a Secret and what its file is called.</summary>
public sealed record SecretItem(string Key, string File);
