namespace Operator.Runtime;

/// <summary>Keys that wait for a worker, in two lanes; workers take from both in turn. Not safe for concurrent use.</summary>
internal sealed class ReadyKeys
{
    private readonly Dictionary<ObjectKey, Place> _places = [];
    private readonly Queue<(ObjectKey Key, long Ticket)> _fresh = new();
    private readonly Queue<(ObjectKey Key, long Ticket)> _routine = new();
    private long _tickets;
    private Lane _turn;

    private readonly record struct Place(Lane Lane, long Ticket, long Since);

    public int Count => _places.Count;

    /// <summary>Timestamp when the longest waiting key was added; null when no key waits.</summary>
    public long? OldestSince => _places.Count == 0 ? null : _places.Values.Min(p => p.Since);

    /// <summary>Adds the key. False: the key already waits; if <paramref name="lane"/> is fresh, it moves to the fresh lane.</summary>
    public bool TryAdd(ObjectKey key, Lane lane, long since)
    {
        var isWaiting = _places.TryGetValue(key, out var place);
        if (isWaiting && place.Lane <= lane)
        {
            return false;
        }
        // The old queue item stays in its lane; HasAny removes it there because its ticket is outdated.
        var ticket = ++_tickets;
        _places[key] = new Place(lane, ticket, isWaiting ? place.Since : since);
        Of(lane).Enqueue((key, ticket));
        return !isWaiting;
    }

    /// <exception cref="InvalidOperationException">No key waits.</exception>
    public (ObjectKey Key, long Since) Take()
    {
        var served = HasAny(_turn) ? _turn : Other(_turn);
        if (!HasAny(served))
        {
            throw new InvalidOperationException("no key waits");
        }
        var (key, _) = Of(served).Dequeue();
        _turn = Other(served);
        _places.Remove(key, out var place);
        return (key, place.Since);
    }

    private bool HasAny(Lane lane)
    {
        var keys = Of(lane);
        while (keys.TryPeek(out var first))
        {
            if (_places.TryGetValue(first.Key, out var place) && place.Ticket == first.Ticket)
            {
                return true;
            }
            keys.Dequeue();
        }
        return false;
    }

    private Queue<(ObjectKey Key, long Ticket)> Of(Lane lane) => lane == Lane.Fresh ? _fresh : _routine;

    private static Lane Other(Lane lane) => lane == Lane.Fresh ? Lane.Routine : Lane.Fresh;
}
