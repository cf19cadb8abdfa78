namespace Operator.Runtime;

/// <summary>
/// Callers that wait for an event. Does not use <c>Task.WaitAsync</c>, which continues on the thread pool instead of the
/// caller's context. Safe for concurrent use.
/// </summary>
internal sealed class Waiters
{
    private readonly Lock _gate = new();
    private List<TaskCompletionSource> _waiting = [];

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0;
            }
        }
    }

    public async Task WaitAsync(CancellationToken ct)
    {
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Add([waiter]);
        using var cancellation = ct.Register(() => waiter.TrySetCanceled(ct));
        await waiter.Task;
    }

    /// <summary>Removes and returns the current waiters; the caller must release them or add them again.</summary>
    public IReadOnlyList<TaskCompletionSource> Take()
    {
        lock (_gate)
        {
            var taken = _waiting;
            _waiting = [];
            return taken;
        }
    }

    public void Add(IEnumerable<TaskCompletionSource> waiters)
    {
        lock (_gate)
        {
            _waiting.AddRange(waiters);
        }
    }

    public static void Release(IEnumerable<TaskCompletionSource> waiters)
    {
        foreach (var waiter in waiters)
        {
            waiter.TrySetResult();
        }
    }
}
