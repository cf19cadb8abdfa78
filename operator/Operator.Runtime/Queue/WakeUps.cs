namespace Operator.Runtime;

/// <summary>
/// Keys that wait for a time: per key only the earliest time, and one timer for all keys. The timer calls <c>wake</c>; then
/// <see cref="TakeDue"/> returns the due keys. Not safe for concurrent use.
/// </summary>
internal sealed class WakeUps : IDisposable
{
    /// <summary>Timers have a maximum delay. A timer that fires before the first key is due is set again.</summary>
    private static readonly TimeSpan LongestRing = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(3650);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Dictionary<ObjectKey, (long DueAt, long Ticket)> _entries = [];
    private readonly SortedDictionary<(long DueAt, long Ticket), ObjectKey> _inOrder = [];
    private long _tickets;

    public WakeUps(TimeProvider time, Action wake)
    {
        _time = time;
        _timer = time.CreateTimer(_ => wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Schedules the key. An earlier entry of the key stays; a later one is replaced.</summary>
    public void Schedule(ObjectKey key, TimeSpan delay)
    {
        var bounded = delay < LongestDelay ? delay : LongestDelay;
        var dueAt = _time.GetTimestamp() + TimestampsIn(bounded);
        if (_entries.TryGetValue(key, out var entry))
        {
            if (entry.DueAt <= dueAt)
            {
                return;
            }
            _inOrder.Remove(entry);
        }
        _entries[key] = (dueAt, ++_tickets);
        _inOrder[(dueAt, _tickets)] = key;
        SetTimer();
    }

    /// <summary>Removes and returns the due keys, earliest first.</summary>
    public IReadOnlyList<(ObjectKey Key, long DueAt)> TakeDue()
    {
        var due = new List<(ObjectKey, long)>();
        var now = _time.GetTimestamp();
        while (_inOrder.Count > 0 && _inOrder.First() is var (place, key) && place.DueAt <= now)
        {
            _inOrder.Remove(place);
            _entries.Remove(key);
            due.Add((key, place.DueAt));
        }
        SetTimer();
        return due;
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Rounds up, so that a key never wakes a tick too early and must wait again.</summary>
    private long TimestampsIn(TimeSpan delay)
    {
        var scaled = ((Int128)delay.Ticks * _time.TimestampFrequency) + TimeSpan.TicksPerSecond - 1;
        return (long)(scaled / TimeSpan.TicksPerSecond);
    }

    private void SetTimer()
    {
        if (_inOrder.Count == 0)
        {
            return;
        }
        var now = _time.GetTimestamp();
        var first = _inOrder.First().Key.DueAt;
        var rest = first > now ? _time.GetElapsedTime(now, first) : TimeSpan.Zero;
        _timer.Change(rest < LongestRing ? rest : LongestRing, Timeout.InfiniteTimeSpan);
    }
}
