using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Operator.Api;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>Which Secrets a connector uses, those of its lists of stores included, and on which side of the fence.</summary>
internal sealed record SecretUse(DeploymentEnvironment Environment, ImmutableHashSet<ulong> Hashes)
{
    public bool IsProduction => Environment == DeploymentEnvironment.Production;
}

/// <summary>
/// Which connectors use which Secrets, to find those that Production and others share. Only hashes are kept: with 250 stores a
/// connector names as many Secrets. Safe for concurrent use.
/// </summary>
internal sealed class SecretUsers
{
    private readonly ConcurrentDictionary<Side, ConcurrentDictionary<string, SecretUse>> _bySide = new();
    private readonly Lock _gate = new();

    /// <summary>The connectors of a namespace that are Production, or those that are not.</summary>
    private readonly record struct Side(string Namespace, bool IsProduction);

    /// <summary>64 bits of the name.</summary>
    public static ulong HashOf(string secret) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>
    /// Takes note of what a connector uses now, and returns those that share a Secret with what it used or uses.
    /// <paramref name="look"/> is asked once no other note is being taken, so that the last one is the newest.
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

    /// <summary>The Secrets that the other side uses too, sorted by name; <paramref name="names"/> is asked only if there is another side.</summary>
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
