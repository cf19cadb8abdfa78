using System.Collections.Concurrent;

namespace Operator.Telling;

/// <summary>
/// When numbers that move with every run are told: a little after the first of them moved, all at once, so that a slot costs an
/// object one write or two. What users act on is told at once, and takes the numbers along.
/// </summary>
internal sealed class NumbersPace(TimeProvider time)
{
    /// <summary>From the first number that moved to the write.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Objects that are gone owe for ever; from so many on they are looked for.</summary>
    private const int Many = 1000;

    private readonly ConcurrentDictionary<string, long> _owingSince = new(StringComparer.Ordinal);

    public bool IsOwing(string uid) => _owingSince.ContainsKey(uid);

    /// <summary>How long the object's numbers must still wait, from the first call on; zero: they are due.</summary>
    public TimeSpan Wait(string uid)
    {
        if (_owingSince.Count > Many)
        {
            ForgetTheGone();
        }
        var rest = Pause - time.GetElapsedTime(_owingSince.GetOrAdd(uid, _ => time.GetTimestamp()));
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    public void Told(string uid) => _owingSince.TryRemove(uid, out _);

    /// <summary>What is owed this long has no object any more.</summary>
    private void ForgetTheGone()
    {
        foreach (var old in _owingSince.Where(o => time.GetElapsedTime(o.Value) > 6 * Pause))
        {
            _owingSince.TryRemove(old);
        }
    }
}
