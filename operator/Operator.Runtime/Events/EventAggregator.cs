namespace Operator.Runtime;

/// <summary>What makes two events the same one.</summary>
internal readonly record struct EventIdentity(string Uid, string Reason, string Note);

/// <summary>Decides which events are written. Safe for concurrent use.</summary>
internal sealed class EventAggregator(TimeProvider time)
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<EventIdentity, Told> _told = [];
    private readonly Dictionary<string, Told> _perObject = new(StringComparer.Ordinal);

    /// <summary>When the window began, as a timestamp, and how often since: of an event, those that were left out.</summary>
    private readonly record struct Told(long At, int Count);

    /// <summary>How often it came since it was last written, this time included; null when it is not to be written now.</summary>
    public int? Admit(EventIdentity identity)
    {
        lock (_gate)
        {
            var isKnown = _told.TryGetValue(identity, out var told);
            if ((isKnown && IsOpen(told)) || !HasRoomLocked(identity.Uid))
            {
                _told[identity] = isKnown ? told with { Count = told.Count + 1 } : new Told(Outside(), 1);
                return null;
            }
            _told[identity] = new Told(time.GetTimestamp(), 0);
            PruneLocked();
            return told.Count + 1;
        }
    }

    /// <summary>It could not be written: the next one counts as new.</summary>
    public void Forget(EventIdentity identity)
    {
        lock (_gate)
        {
            _told.Remove(identity);
        }
    }

    private bool HasRoomLocked(string uid)
    {
        var spent =
            _perObject.TryGetValue(uid, out var known) && IsOpen(known) ? known : new Told(time.GetTimestamp(), 0);
        if (spent.Count >= EventRecorder.MostPerObject)
        {
            return false;
        }
        _perObject[uid] = spent with { Count = spent.Count + 1 };
        return true;
    }

    private void PruneLocked()
    {
        if (_told.Count < MaxRemembered)
        {
            return;
        }
        foreach (var (identity, _) in _told.Where(t => !IsOpen(t.Value)).ToList())
        {
            _told.Remove(identity);
        }
        foreach (var (uid, _) in _perObject.Where(t => !IsOpen(t.Value)).ToList())
        {
            _perObject.Remove(uid);
        }
        // Still too many: telling some of them twice is better than growing without end.
        if (_told.Count >= MaxRemembered)
        {
            _told.Clear();
        }
    }

    private bool IsOpen(Told told) => time.GetElapsedTime(told.At) < Window;

    /// <summary>An instant whose window is over.</summary>
    private long Outside() => time.GetTimestamp() - (long)(Window.TotalSeconds * time.TimestampFrequency);
}
