using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>The environment of a connector, and the hashes of the Secrets that it and its store lists name.</summary>
internal sealed record SecretUse(DeploymentEnvironment Environment, ImmutableHashSet<ulong> Hashes)
{
    public bool IsProduction => Environment == DeploymentEnvironment.Production;
}

/// <summary>
/// The Secrets that each connector uses, to find Secrets that Production shares with another environment. Keeps only hashes,
/// because a connector with 250 stores may name 250 Secrets. Safe for concurrent use.
/// </summary>
internal sealed class SecretUsers
{
    private readonly ConcurrentDictionary<Side, ConcurrentDictionary<string, SecretUse>> _bySide = new();
    private readonly Lock _gate = new();

    /// <summary>The Production connectors of a namespace, or the other connectors of it.</summary>
    private readonly record struct Side(string Namespace, bool IsProduction);

    /// <summary>The first 64 bits of the name's SHA-256.</summary>
    public static ulong HashOf(string secret) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>
    /// Notes the Secrets that a connector uses now, and returns the connectors that share one of its old or new Secrets.
    /// <paramref name="look"/> is called inside the lock, so that the last note has the newest state.
    /// </summary>
    public IReadOnlySet<ObjectKey> Note(ObjectKey key, Func<SecretUse?> look)
    {
        lock (_gate)
        {
            var touched = new HashSet<ObjectKey>();
            foreach (var isProduction in (bool[])[true, false])
            {
                if (Of(key, isProduction).TryRemove(key.Name, out var before))
                {
                    touched.UnionWith(SharingWith(key, before));
                }
            }
            if (look() is { Hashes.IsEmpty: false } now)
            {
                Of(key, now.IsProduction)[key.Name] = now;
                touched.UnionWith(SharingWith(key, now));
            }
            return touched;
        }
    }

    /// <summary>
    /// The Secrets that Production shares with another environment, sorted by name. <paramref name="names"/> is called only if
    /// connectors of the other kind exist.
    /// </summary>
    public ImmutableArray<SharedSecret> SharedBy(
        ObjectKey key,
        DeploymentEnvironment environment,
        Func<ImmutableArray<string>> names
    )
    {
        var others = Of(key, isProduction: environment != DeploymentEnvironment.Production);
        if (others.IsEmpty)
        {
            return [];
        }
        var ours = names();
        return
        [
            .. others
                .SelectMany(other =>
                    ours.Where(name => other.Value.Hashes.Contains(HashOf(name)))
                        .Select(name => new SharedSecret(name, other.Key, other.Value.Environment))
                )
                .OrderBy(s => s.Secret, StringComparer.Ordinal)
                .ThenBy(s => s.Connector, StringComparer.Ordinal),
        ];
    }

    private IEnumerable<ObjectKey> SharingWith(ObjectKey key, SecretUse use) =>
        Of(key, !use.IsProduction)
            .Where(other => other.Value.Hashes.Overlaps(use.Hashes))
            .Select(other => key with { Name = other.Key });

    private ConcurrentDictionary<string, SecretUse> Of(ObjectKey key, bool isProduction) =>
        _bySide.GetOrAdd(new Side(key.Namespace, isProduction), _ => new(StringComparer.Ordinal));
}
