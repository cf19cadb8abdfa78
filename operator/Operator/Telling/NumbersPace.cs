using System.Collections.Concurrent;

namespace Operator.Telling;

/// <summary>
/// Decides when status numbers that change with every run are written: all together, a short pause after the first change. So a
/// slot costs one or two writes per object. Changes that users act on are written at once, together with the numbers.
/// </summary>
internal sealed class NumbersPace(TimeProvider time)
{
    /// <summary>Time from the first changed number to the write.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Above this number of waiting entries, entries of deleted objects are removed.</summary>
    private const int Many = 1000;

    private readonly ConcurrentDictionary<string, long> _owingSince = new(StringComparer.Ordinal);

    public bool IsOwing(string uid) => _owingSince.ContainsKey(uid);

    /// <summary>How long the object's numbers must still wait, counted from the first call; zero: write them now.</summary>
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

    /// <summary>Removes entries that wait so long that their object must be deleted.</summary>
    private void ForgetTheGone()
    {
        foreach (var old in _owingSince.Where(o => time.GetElapsedTime(o.Value) > 6 * Pause))
        {
            _owingSince.TryRemove(old);
        }
    }
}
