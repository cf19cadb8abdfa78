using System.Runtime.CompilerServices;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>One running watch. The hub writes events under the cluster's lock; one reader reads them.</summary>
internal sealed class WatchStream(
    Agenda agenda,
    Lock gate,
    WatchScope scope,
    long knownVersion,
    WatchConditions conditions
)
{
    private static readonly TimeSpan LastBookmark = TimeSpan.FromSeconds(2);
    private readonly Queue<WatchEvent> _arrived = new();
    private readonly List<Agenda.Entry> _scheduled = [];
    private TaskCompletionSource? _waiter;
    private TimeSpan _lastArrival;
    private WatchEnd? _end;
    private bool _isOver;
    private long _known = knownVersion;
    private TimeSpan _timeout;

    public WatchConditions Conditions => conditions;
    public WatchScope Scope => scope;

    /// <summary>Called when the stream takes no more events.</summary>
    public Action? Ended { get; set; }

    /// <summary>The reader knows all changes up to this version.</summary>
    public void KnowsUpTo(long version) => _known = version;

    /// <summary>Starts the timeout that ends the stream.</summary>
    public void Begin(TimeSpan timeout)
    {
        _timeout = timeout;
        _scheduled.Add(agenda.After(timeout, () => End(WatchEnd.Closed)));
    }

    /// <summary>Sends a bookmark each period and shortly before the end. A null bookmark is skipped.</summary>
    public void SendBookmarks(TimeSpan period, Func<WatchEvent?> bookmark)
    {
        void SendOne()
        {
            if (bookmark() is { } due)
            {
                Send(due);
            }
        }
        void Repeat()
        {
            SendOne();
            _scheduled.Add(agenda.After(period, Repeat));
        }
        _scheduled.Add(agenda.After(period, Repeat));
        _scheduled.Add(agenda.After(_timeout - LastBookmark, SendOne));
    }

    /// <summary>Sends a change in this watch's scope. Entering the scope sends ADDED, leaving it sends DELETED.</summary>
    public void Offer(StoredChange change)
    {
        if (change.Kind.Type != scope.Kind.Type || change.Version <= _known)
        {
            return;
        }
        var was = change.Before is { } before && scope.Has(before);
        var isNow = change.After is { } after && scope.Has(after);
        if (isNow)
        {
            Send(new WatchEvent(was ? WatchKind.Modified : WatchKind.Added, change.After!.Json)); // isNow: After is set
        }
        else if (was)
        {
            Send(new WatchEvent(WatchKind.Deleted, change.Last.Json));
        }
    }

    public void Send(WatchEvent change) => Arrive(() => _arrived.Enqueue(change));

    public void End(WatchEnd end)
    {
        if (_isOver)
        {
            return;
        }
        _isOver = true;
        Ended?.Invoke();
        _scheduled.ForEach(e => e.Cancel());
        switch (end)
        {
            case WatchEnd.Expired:
                Send(Error(ApiFailure.Expired("too old resource version")));
                break;
            case WatchEnd.Failed:
                Send(
                    Error(
                        new ApiFailure(
                            System.Net.HttpStatusCode.InternalServerError,
                            "InternalError",
                            "etcdserver: no leader"
                        )
                    )
                );
                break;
            default:
                break;
        }
        if (end is WatchEnd.Broken)
        {
            // A broken connection loses the events that the reader has not read.
            _arrived.Clear();
            _end = end;
            Signal();
        }
        else if (end is not WatchEnd.Silent)
        {
            Arrive(() => _end = end);
        }
    }

    /// <summary>Wakes the reader to check for events or the end.</summary>
    public void Signal() => _waiter?.TrySetResult();

    public async IAsyncEnumerable<WatchEvent> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        lock (gate)
        {
            conditions.Changed += Signal;
        }
        try
        {
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                TaskCompletionSource? waiter = null;
                WatchEvent? next = null;
                lock (gate)
                {
                    if (!conditions.IsFrozen && _arrived.TryDequeue(out next)) { }
                    else if (_end is { } end && (!conditions.IsFrozen || end == WatchEnd.Broken))
                    {
                        ThrowIfBroken(end);
                        yield break;
                    }
                    else
                    {
                        waiter = _waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    }
                }
                if (next is not null)
                {
                    yield return next;
                }
                else if (waiter is not null)
                {
                    await WaitAsync(waiter, ct);
                }
            }
        }
        finally
        {
            lock (gate)
            {
                conditions.Changed -= Signal;
                End(WatchEnd.Silent);
            }
        }
    }

    /// <summary>Replaces <c>Task.WaitAsync</c>, which continues on the thread pool and leaves the simulation's context.</summary>
    private static async Task WaitAsync(TaskCompletionSource waiter, CancellationToken ct)
    {
        await using var cancellation = ct.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource)source!).TrySetCanceled(token), // the state below is the source
            waiter
        );
        await waiter.Task;
    }

    /// <summary>Delivers after the lag, and keeps the order of sending when the lag changes.</summary>
    private void Arrive(Action arrival)
    {
        var at = agenda.Elapsed + conditions.Lag;
        _lastArrival = at > _lastArrival ? at : _lastArrival;
        if (_lastArrival <= agenda.Elapsed)
        {
            arrival();
            Signal();
        }
        else
        {
            agenda.After(
                _lastArrival - agenda.Elapsed,
                () =>
                {
                    arrival();
                    Signal();
                }
            );
        }
    }

    private void ThrowIfBroken(WatchEnd end)
    {
        if (conditions.IsDead)
        {
            throw new OperationCanceledException("the client is dead");
        }
        if (end == WatchEnd.Broken)
        {
            throw new IOException("The response ended prematurely: the connection was reset.");
        }
    }

    private static WatchEvent Error(ApiFailure failure) => new(WatchKind.Error, failure.ToStatus());
}
