using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Operator.Runtime;

/// <summary>
/// The order in which the writes for an object are tried: first those that have not failed, then the one whose last try is the longest
/// ago. So writes that always fail slowly keep no other write from being made. Safe for concurrent use.
/// </summary>
public sealed class TryOrder
{
    /// <summary>The writes that failed when they were last tried, by the object's key; the longest ago first.</summary>
    private readonly ConcurrentDictionary<ObjectKey, ImmutableArray<string>> _failed = new();

    /// <summary>The writes in the order of their tries; those that are alike stay in their own order.</summary>
    public IReadOnlyList<T> Of<T>(ObjectKey key, IEnumerable<T> writes, Func<T, string> nameOf)
    {
        if (!_failed.TryGetValue(key, out var failed))
        {
            return [.. writes];
        }
        var ranks = failed.Index().ToDictionary(f => f.Item, f => f.Index + 1, StringComparer.Ordinal);
        return [.. writes.OrderBy(w => ranks.GetValueOrDefault(nameOf(w)))];
    }

    /// <summary>Takes what the passes of one round tried. A write that failed before and was not tried now keeps its turn.</summary>
    public void Note(ObjectKey key, params ReadOnlySpan<WritePass> passes)
    {
        var untried = new HashSet<string>(StringComparer.Ordinal);
        var failed = new List<string>();
        foreach (var pass in passes)
        {
            untried.UnionWith(pass.Untried);
            failed.AddRange(pass.Failed.Select(f => f.What));
        }
        var kept = _failed.TryGetValue(key, out var before) ? before.RemoveAll(w => !untried.Contains(w)) : [];
        ImmutableArray<string> now = [.. kept.Concat(failed).Distinct(StringComparer.Ordinal)];
        if (now.IsEmpty)
        {
            _failed.TryRemove(key, out _);
        }
        else
        {
            _failed[key] = now;
        }
    }

    /// <summary>The object is gone.</summary>
    public void Forget(ObjectKey key) => _failed.TryRemove(key, out _);
}
