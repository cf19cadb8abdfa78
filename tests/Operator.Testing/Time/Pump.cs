namespace Operator.Testing;

/// <summary>
/// Runs the continuations of asynchronous code on one thread, in order of arrival. A continuation from another thread makes the
/// result differ between test runs, so <see cref="Trespass"/> records it.
/// </summary>
public sealed class Pump : SynchronizationContext
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _posted = new();
    private readonly Lock _gate = new();

    /// <summary>The stack trace of the first continuation from another thread; null: none.</summary>
    public string? Trespass { get; private set; }

    /// <summary>The process is stopped, as by SIGSTOP: continuations wait.</summary>
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

    /// <summary>Runs all continuations, including new ones, until none is left. False: none ran.</summary>
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
