using System.Collections.Concurrent;

namespace Operator.Runtime;

/// <summary>
/// When each piece of work in flight last made a step: it began, or one of its calls to the API server ended, well or not. A busy worker
/// makes steps however slow the server is; one that hangs makes none. Safe for concurrent use.
/// </summary>
public sealed class Strides(TimeProvider time)
{
    private readonly AsyncLocal<Stride?> _current = new();
    private readonly ConcurrentDictionary<Stride, byte> _inFlight = new();

    /// <summary>The longest time that a piece of work has been in flight without a step; zero: none is in flight.</summary>
    public TimeSpan LongestPause => _inFlight.Keys.Select(s => s.Pause).DefaultIfEmpty().Max();

    /// <summary>Begins a piece of work of the calling method; disposing ends it.</summary>
    public IDisposable Begin()
    {
        var stride = new Stride(this, time);
        _inFlight.TryAdd(stride, 0);
        _current.Value = stride;
        return stride;
    }

    /// <summary>Notes a step of the work that the caller is part of, if it is part of one.</summary>
    public void Step() => _current.Value?.Step();

    private sealed class Stride(Strides all, TimeProvider time) : IDisposable
    {
        private long _last = time.GetTimestamp();

        public TimeSpan Pause => time.GetElapsedTime(Interlocked.Read(ref _last));

        public void Step() => Interlocked.Exchange(ref _last, time.GetTimestamp());

        public void Dispose() => all._inFlight.TryRemove(this, out _);
    }
}
