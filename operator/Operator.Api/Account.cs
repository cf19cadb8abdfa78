namespace Operator.Api;

/// <summary>The seller account that a store names: a Secret, and the prefix of its keys when many stores share it.</summary>
public readonly record struct Account(string Secret, string? Prefix)
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    /// <summary>Null: the store names no credentials of its own.</summary>
    public static Account? Of(Store store) =>
        store.Credentials?.SecretRef is { Name.Length: > 0 } secret ? new Account(secret.Name, secret.KeyPrefix) : null;

    /// <summary>FNV-1a of both names, the same in every process. Two accounts with one hash would only wait for each other.</summary>
    public ulong Hash()
    {
        var hash = FnvOffset;
        foreach (var c in Secret)
        {
            hash = (hash ^ c) * FnvPrime;
        }
        foreach (var c in Prefix is null ? "" : $"/{Prefix}")
        {
            hash = (hash ^ c) * FnvPrime;
        }
        return hash;
    }

    public override string ToString() =>
        Prefix is null ? $"Secret '{Secret}'" : $"Secret '{Secret}', keyPrefix '{Prefix}'";
}
