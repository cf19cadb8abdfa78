using System.Collections.Immutable;

namespace Operator.Planning.Stores;

public sealed record SecretMount(string Secret, string Path)
{
    /// <summary>The keys that become files; empty: all keys.</summary>
    public ImmutableArray<SecretItem> Items { get; init; } = [];
}

/// <summary>A key of a Secret and the name of its file.</summary>
public sealed record SecretItem(string Key, string File);
