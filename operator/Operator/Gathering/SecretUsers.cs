using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Operator.Api;
using Operator.Planning.Credentials;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>
/// Which connectors use which Secrets, to find those that Production and others share. Only hashes are kept: with 250 stores a
/// connector names as many Secrets. Safe for concurrent use.
/// </summary>
internal sealed class SecretUsers
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    private readonly ConcurrentDictionary<Side, ConcurrentDictionary<string, CachedConnector>> _bySide = new();

    /// <summary>The connectors of a namespace that are Production, or those that are not.</summary>
    private readonly record struct Side(string Namespace, bool IsProduction)
    {
        public Side Opposite => this with { IsProduction = !IsProduction };
    }

    /// <summary>64 bits of the name.</summary>
    public static ulong HashOf(string secret) =>
        Encoding.UTF8.GetBytes(secret).Aggregate(FnvOffset, (hash, b) => unchecked((hash ^ b) * FnvPrime));

    public void Seen(ObjectKey key, CachedConnector? before, CachedConnector? after)
    {
        if (before is not null && _bySide.TryGetValue(SideOf(key, before), out var left))
        {
            left.TryRemove(key.Name, out _);
        }
        if (after is { SecretHashes.IsEmpty: false })
        {
            _bySide.GetOrAdd(SideOf(key, after), _ => new(StringComparer.Ordinal))[key.Name] = after;
        }
    }

    /// <summary>Connectors on the other side of the fence that use one of its Secrets.</summary>
    public IEnumerable<ObjectKey> SharingWith(ObjectKey key, CachedConnector connector) =>
        Opposite(key, connector)
            .Where(other => other.Value.SecretHashes.Intersect(connector.SecretHashes).Any())
            .Select(other => key with { Name = other.Key });

    /// <summary>The connector's Secrets that the other side uses too, sorted by name.</summary>
    public ImmutableArray<SharedSecret> SharedBy(ObjectKey key, ConnectorSpec spec)
    {
        var names = SecretSharing.Secrets(spec);
        var shared = Opposite(key, Projections.Projected(spec))
            .SelectMany(other =>
                names
                    .Where(name => other.Value.SecretHashes.Contains(HashOf(name)))
                    .Select(name => new SharedSecret(name, other.Key, other.Value.Environment))
            );
        return
        [
            .. shared.OrderBy(s => s.Secret, StringComparer.Ordinal).ThenBy(s => s.Connector, StringComparer.Ordinal),
        ];
    }

    private IEnumerable<KeyValuePair<string, CachedConnector>> Opposite(ObjectKey key, CachedConnector connector) =>
        _bySide.GetValueOrDefault(SideOf(key, connector).Opposite)
        ?? Enumerable.Empty<KeyValuePair<string, CachedConnector>>();

    private static Side SideOf(ObjectKey key, CachedConnector connector) =>
        new(key.Namespace, connector.Environment == DeploymentEnvironment.Production);
}
