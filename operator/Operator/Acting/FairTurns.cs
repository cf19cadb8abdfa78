namespace Operator.Acting;

/// <summary>
/// Hands out writes of several lanes: the next one is of the lane with the fewest writes under way. So a lane whose writes get no answer
/// holds only its share of the calls, and none of the other lanes waits for it. Safe for concurrent use.
/// </summary>
internal sealed class FairTurns<T>
{
    private readonly Lock _gate = new();
    private readonly List<Waiting> _lanes;

    /// <summary>Within a lane, the order stays.</summary>
    public FairTurns(IEnumerable<T> writes, Func<T, string> laneOf) =>
        _lanes = [.. writes.GroupBy(laneOf, StringComparer.Ordinal).Select(lane => new Waiting(new Queue<T>(lane)))];

    private sealed class Waiting(Queue<T> writes)
    {
        public Queue<T> Writes => writes;
        public int UnderWay { get; set; }
    }

    /// <summary>Carries out all writes, at most so many at a time.</summary>
    public Task DrainAsync(int parallel, Func<T, Task> apply) =>
        Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => DrainOneByOneAsync(apply)));

    private async Task DrainOneByOneAsync(Func<T, Task> apply)
    {
        while (Take() is { } lane)
        {
            try
            {
                await apply(lane.Write);
            }
            finally
            {
                Return(lane.Of);
            }
        }
    }

    private sealed record Turn(Waiting Of, T Write);

    private Turn? Take()
    {
        lock (_gate)
        {
            if (_lanes.Where(l => l.Writes.Count > 0).MinBy(l => l.UnderWay) is not { } lane)
            {
                return null;
            }
            lane.UnderWay++;
            return new Turn(lane, lane.Writes.Dequeue());
        }
    }

    private void Return(Waiting lane)
    {
        lock (_gate)
        {
            lane.UnderWay--;
        }
    }
}
