using System.Collections.Concurrent;

namespace Operator.Telling;

/// <summary>
/// How often numbers that move with every run are told: what users act on is told at once, but a busy minute of a connector costs
/// a few writes only. An object whose numbers were held back owes them.
/// </summary>
internal sealed class NumbersPace(TimeProvider time)
{
    /// <summary>Between two writes that tell nothing but numbers.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>After so long an entry says nothing any more: what was owed has been told, or its object is gone.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private long _sweptAt = time.GetTimestamp();

    private sealed record Entry(long ToldAt, bool IsOwing);

    /// <summary>How long the object's numbers must still wait; zero: not at all.</summary>
    public TimeSpan Wait(string uid)
    {
        var rest = _entries.TryGetValue(uid, out var entry) ? Pause - time.GetElapsedTime(entry.ToldAt) : TimeSpan.Zero;
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    public bool IsOwing(string uid) => _entries.TryGetValue(uid, out var entry) && entry.IsOwing;

    public void Owe(string uid)
    {
        if (_entries.TryGetValue(uid, out var entry))
        {
            _entries[uid] = entry with { IsOwing = true };
        }
    }

    public void Told(string uid)
    {
        _entries[uid] = new Entry(time.GetTimestamp(), IsOwing: false);
        if (time.GetElapsedTime(_sweptAt) > Kept)
        {
            Sweep();
        }
    }

    private void Sweep()
    {
        _sweptAt = time.GetTimestamp();
        foreach (var old in _entries.Where(e => time.GetElapsedTime(e.Value.ToldAt) > Kept))
        {
            _entries.TryRemove(old);
        }
    }
}
