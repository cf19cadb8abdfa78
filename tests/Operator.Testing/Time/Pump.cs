namespace Operator.Testing;

/// <summary>
/// Runs the continuations of asynchronous code on one thread, in order of their arrival. A continuation that comes from another
/// thread would make histories differ from run to run: it is remembered as a trespass.
/// </summary>
public sealed class Pump : SynchronizationContext
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private readonly Lock _gate = new();

    /// <summary>Where a continuation came from another thread.</summary>
    public string? Trespass { get; private set; }

    /// <summary>The process is stopped (SIGSTOP): what is posted waits.</summary>
    public bool IsFrozen { get; set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            if (Environment.CurrentManagedThreadId != _thread)
            {
                Trespass ??= Environment.StackTrace;
            }
            _posted.Enqueue((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => d(state);

    /// <summary>Starts work in this context.</summary>
    public T Run<T>(Func<T> work)
    {
        var previous = Current;
        SetSynchronizationContext(this);
        try
        {
            return work();
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
    }

    /// <summary>Runs what was posted, and what that posts, until nothing is left. False: there was nothing.</summary>
    public bool Drain()
    {
        var hasRun = false;
        var previous = Current;
        SetSynchronizationContext(this);
        try
        {
            while (!IsFrozen && TryTake(out var next))
            {
                next.Callback(next.State);
                hasRun = true;
            }
        }
        finally
        {
            SetSynchronizationContext(previous);
        }
        return hasRun;
    }

    private bool TryTake(out (SendOrPostCallback Callback, object? State) next)
    {
        lock (_gate)
        {
            return _posted.TryDequeue(out next);
        }
    }
}
