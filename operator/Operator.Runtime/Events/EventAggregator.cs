namespace Operator.Runtime;

/// <summary>Two events with equal values here are the same event.</summary>
internal readonly record struct EventIdentity(string Uid, string Reason, string Note)
{
    public bool IsWarning { get; init; }
}

/// <summary>Decides which events are written. Safe for concurrent use.</summary>
internal sealed class EventAggregator(TimeProvider time)
{
    private const int MaxRemembered = 10_000;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private readonly Lock _gate = new();
    private readonly Dictionary<EventIdentity, Told> _told = [];
    private readonly Dictionary<string, Told> _perObject = new(StringComparer.Ordinal);

    /// <summary>When the newest warning of a reason about an object was written.</summary>
    private readonly Dictionary<(string Uid, string Reason), Told> _warned = [];

    /// <summary>
    /// <c>At</c> is the timestamp of the window's begin. <c>Count</c> is, for an event, how many were left out since then; for an
    /// object, how many were written.
    /// </summary>
    private readonly record struct Told(long At, int Count);

    /// <summary>How often the event came since the last write, including this one; null: do not write the event now.</summary>
    public int? Admit(EventIdentity identity)
    {
        lock (_gate)
        {
            var isKnown = _told.TryGetValue(identity, out var told);
            if ((isKnown && IsOpen(told)) || !(HasRoomLocked(identity.Uid) || IsFirstWarningLocked(identity)))
            {
                _told[identity] = isKnown ? told with { Count = told.Count + 1 } : new Told(Outside(), 1);
                return null;
            }
            _told[identity] = new Told(time.GetTimestamp(), 0);
            if (identity.IsWarning)
            {
                _warned[(identity.Uid, identity.Reason)] = new Told(time.GetTimestamp(), 1);
            }
            PruneLocked();
            return told.Count + 1;
        }
    }

    /// <summary>The write of the event failed: the next equal event counts as new.</summary>
    public void Forget(EventIdentity identity)
    {
        lock (_gate)
        {
            _told.Remove(identity);
            _warned.Remove((identity.Uid, identity.Reason));
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

    /// <summary>Whatever else is told about the object. There are few reasons, so this floods nothing either.</summary>
    private bool IsFirstWarningLocked(EventIdentity identity) =>
        identity.IsWarning && !(_warned.TryGetValue((identity.Uid, identity.Reason), out var last) && IsOpen(last));

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
        foreach (var (warning, _) in _warned.Where(t => !IsOpen(t.Value)).ToList())
        {
            _warned.Remove(warning);
        }
        // Still too many entries. Some events are written twice then, but memory stays bounded.
        if (_told.Count >= MaxRemembered)
        {
            _told.Clear();
        }
    }

    private bool IsOpen(Told told) => time.GetElapsedTime(told.At) < Window;

    /// <summary>A timestamp whose window has ended.</summary>
    private long Outside() => time.GetTimestamp() - (long)(Window.TotalSeconds * time.TimestampFrequency);
}
