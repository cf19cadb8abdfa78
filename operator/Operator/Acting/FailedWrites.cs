using System.Collections.Concurrent;
using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Runtime;

namespace Operator.Acting;

/// <summary>
/// The writes of each connector that failed when they were last tried: refusals become a condition. Safe for concurrent use.
/// </summary>
internal sealed class FailedWrites
{
    private readonly ConcurrentDictionary<ObjectKey, ImmutableSortedDictionary<string, FailedWrite>> _last = new();

    /// <summary>The failed writes by their name.</summary>
    public ImmutableSortedDictionary<string, FailedWrite> Of(ObjectKey connector) =>
        _last.GetValueOrDefault(connector, ImmutableSortedDictionary<string, FailedWrite>.Empty);

    /// <summary>The writes that the API server refused, without the one that would tell it.</summary>
    public ImmutableArray<RefusedWrite> RefusedOf(ObjectKey connector)
    {
        var telling = Kinds.StatusWrite(Kinds.Connectors, connector.Name);
        return
        [
            .. Of(connector)
                .Values.Where(w => w.IsRefusal && w.What != telling)
                .Select(w => new RefusedWrite(w.What, w.Message)),
        ];
    }

    /// <summary>Takes the failed writes of a new pass. Returns those that the pass before did not have.</summary>
    public ImmutableArray<FailedWrite> Replace(ObjectKey connector, IEnumerable<FailedWrite> failed)
    {
        var before = Of(connector);
        var now = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            failed.DistinctBy(w => w.What, StringComparer.Ordinal).Select(w => KeyValuePair.Create(w.What, w))
        );
        if (now.IsEmpty)
        {
            _last.TryRemove(connector, out _);
        }
        else
        {
            _last[connector] = now;
        }
        return [.. now.Values.Where(w => !before.ContainsKey(w.What))];
    }
}
