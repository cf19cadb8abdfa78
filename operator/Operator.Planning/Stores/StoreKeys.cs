using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Operator.Api;
using Operator.Planning.Marketplaces;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>Maps keys of Secrets to credential files. The operator only references Secrets and cannot read them.</summary>
internal static class StoreKeys
{
    /// <summary>One mount for the application and one per store of the run, at fixed paths.</summary>
    public static ImmutableArray<SecretMount> Mounts(EffectiveSpec effective, Entry entry)
    {
        var spec = effective.Spec;
        var mounts = ImmutableArray.CreateBuilder<SecretMount>();
        if (spec.Credentials?.SecretRef is { } app)
        {
            mounts.Add(new SecretMount(app.Name, "/sync/credentials/app"));
        }
        foreach (var store in entry.Stores)
        {
            if (effective.Roster.Find(store)?.Credentials?.SecretRef is { } secret)
            {
                mounts.Add(
                    new SecretMount(secret.Name, $"/sync/credentials/stores/{store}")
                    {
                        Items = Items(spec.Marketplace, secret),
                    }
                );
            }
        }
        return mounts.ToImmutable();
    }

    /// <summary>The Secrets to check when a store cannot authenticate: <c>Secret 'sellers' (keys acme-eu.refresh_token)</c>.</summary>
    public static IEnumerable<string> Described(EffectiveSpec effective, string storeName)
    {
        var (spec, store) = (effective.Spec, effective.Roster.Find(storeName));
        var profile = Profiles.Of(spec.Marketplace);
        if (store?.Credentials?.SecretRef is { } own)
        {
            var items = Items(spec.Marketplace, own);
            yield return Describe(own.Name, items.IsEmpty ? profile.StoreKeys : [.. items.Select(i => i.Key)]);
        }
        if (spec.Credentials?.SecretRef is { } app)
        {
            yield return Describe(app.Name, profile.AppKeys);
        }
    }

    /// <summary>
    /// A text that changes when the store references other credentials. A hash, because the record may keep it for every store.
    /// </summary>
    public static string Reference(EffectiveSpec effective, string storeName) =>
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(string.Join("; ", Described(effective, storeName))))
        )[..16];

    /// <summary>Keys and their file names; empty when every key of the Secret becomes a file.</summary>
    private static ImmutableArray<SecretItem> Items(Marketplace marketplace, StoreSecretReference secret)
    {
        if (secret.KeyPrefix is not { } prefix)
        {
            return [];
        }
        var files = secret.Keys.IsEmpty ? Profiles.Of(marketplace).StoreKeys : secret.Keys;
        return [.. files.Select(file => new SecretItem(prefix + file, file))];
    }

    private static string Describe(string secret, ImmutableArray<string> keys) =>
        keys.IsEmpty ? $"Secret '{secret}'" : $"Secret '{secret}' (keys {string.Join(", ", keys)})";
}
