namespace Operator.Runtime.Tests.Queue;

/// <summary>The simplest model of the queue: lists that are searched from the front.</summary>
internal sealed class QueueModel
{
    private static readonly TimeSpan LeastBackoff = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan MostBackoff = TimeSpan.FromSeconds(15);
    private readonly List<(ObjectKey Key, Lane Lane, TimeSpan Since)> _ready = [];
    private readonly List<(ObjectKey Key, TimeSpan DueAt)> _waiting = [];
    private readonly List<(ObjectKey Key, TimeSpan Since)> _inFlight = [];
    private readonly List<(ObjectKey Key, Lane Lane)> _again = [];
    private readonly Dictionary<ObjectKey, int> _failures = [];
    private TimeSpan _now;
    private Lane _turn;

    public int Ready => _ready.Count;
    public IReadOnlyList<ObjectKey> InFlight => [.. _inFlight.Select(i => i.Key)];
    public bool IsIdle => _ready.Count + _waiting.Count + _inFlight.Count == 0;
    public TimeSpan OldestWaiting => _ready.Select(r => _now - r.Since).DefaultIfEmpty().Max();
    public TimeSpan LongestInFlight => _inFlight.Select(i => _now - i.Since).DefaultIfEmpty().Max();

    public void Add(ObjectKey key, Lane lane)
    {
        if (_inFlight.Any(i => i.Key == key))
        {
            var asked = _again.FindIndex(a => a.Key == key);
            lane = asked >= 0 && _again[asked].Lane < lane ? _again[asked].Lane : lane;
            _again.RemoveAll(a => a.Key == key);
            _again.Add((key, lane));
            return;
        }
        var since = _now;
        var place = _ready.FindIndex(r => r.Key == key);
        if (place >= 0)
        {
            if (_ready[place].Lane <= lane)
            {
                return;
            }
            since = _ready[place].Since;
            _ready.RemoveAt(place);
        }
        _ready.Add((key, lane, since));
    }

    public void AddAfter(ObjectKey key, TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            Add(key, Lane.Routine);
            return;
        }
        var dueAt = _now + delay;
        if (!_waiting.Exists(w => w.Key == key && w.DueAt <= dueAt))
        {
            _waiting.RemoveAll(w => w.Key == key);
            _waiting.Add((key, dueAt));
        }
    }

    public void AddAfterFailure(ObjectKey key, TimeSpan atLeast, double random)
    {
        var failures = _failures.GetValueOrDefault(key);
        _failures[key] = failures + 1;
        var nominal = LeastBackoff * Math.Pow(2, failures);
        var delay = (nominal < MostBackoff ? nominal : MostBackoff) * (0.5 + (random / 2));
        AddAfter(key, delay > atLeast ? delay : atLeast);
    }

    public void Forget(ObjectKey key) => _failures.Remove(key);

    public ObjectKey Take()
    {
        var place = _ready.FindIndex(r => r.Lane == _turn);
        place = place >= 0 ? place : 0;
        var (key, lane, _) = _ready[place];
        _ready.RemoveAt(place);
        _inFlight.Add((key, _now));
        _turn = lane == Lane.Fresh ? Lane.Routine : Lane.Fresh;
        return key;
    }

    public void Complete(ObjectKey key)
    {
        _inFlight.RemoveAll(i => i.Key == key);
        var asked = _again.FindIndex(a => a.Key == key);
        if (asked >= 0)
        {
            var lane = _again[asked].Lane;
            _again.RemoveAt(asked);
            Add(key, lane);
        }
    }

    public void Pass(TimeSpan time)
    {
        var until = _now + time;
        while (
            _waiting.Where(w => w.DueAt <= until).OrderBy(w => w.DueAt).Cast<(ObjectKey, TimeSpan)?>().FirstOrDefault()
                is { } due
        )
        {
            _now = due.Item2;
            _waiting.Remove(due);
            Add(due.Item1, Lane.Routine);
        }
        _now = until;
    }
}
