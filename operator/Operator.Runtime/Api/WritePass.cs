using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Operator.Runtime;

/// <summary>A write that failed. <paramref name="What"/> names it; <paramref name="Message"/> has the API server's words.</summary>
public sealed record FailedWrite(string What, string Message)
{
    /// <summary>See <see cref="KubeApiException.IsRefusal"/>.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>
    /// Another client changed or deleted the object after our read. A live read shows it; a cache may be behind for as long as its watch
    /// is broken.
    /// </summary>
    public bool IsOutdated { get; init; }

    /// <summary>See <see cref="KubeApiException.IsNamespaceTerminating"/>.</summary>
    public bool IsNamespaceTerminating { get; init; }

    /// <summary>See <see cref="KubeApiException.RetryAfter"/>; zero: no wait.</summary>
    public TimeSpan RetryAfter { get; init; }

    internal static FailedWrite Of(string what, Exception error) =>
        error is KubeApiException answer
            ? new FailedWrite(what, answer.Message)
            {
                IsRefusal = answer.IsRefusal,
                IsOutdated = !answer.IsRefusal && (answer.IsConflict || answer.IsAbsence),
                IsNamespaceTerminating = answer.IsNamespaceTerminating,
                RetryAfter = answer.RetryAfter ?? TimeSpan.Zero,
            }
            : new FailedWrite(what, error.Message);
}

/// <summary>
/// The writes of one pass over an object. A failed write is noted and does not stop the other writes. While the server gives no
/// useful answer, or takes long to refuse, the pass ends after 30 s, so that it never lasts for minutes, or when other work is due. Safe
/// for concurrent use.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="untilDue">The time until other work is due; null: none is.</param>
public sealed class WritePass(TimeProvider time, TimeSpan? untilDue)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private readonly TimeSpan _patience = untilDue < Longest ? untilDue.Value : Longest;

    /// <summary>A refusal that took longer holds up the other writes like no answer: a webhook that waits for something else.</summary>
    private static readonly TimeSpan LongRefusal = TimeSpan.FromSeconds(1);
    private readonly ConcurrentQueue<FailedWrite> _failed = new();
    private readonly ConcurrentQueue<string> _untried = new();
    private readonly long _begun = time.GetTimestamp();
    private volatile bool _isHeldUp;

    /// <summary>A pass that nothing else waits for.</summary>
    public WritePass(TimeProvider time)
        : this(time, untilDue: null) { }

    /// <summary>The writes that failed, in the order of their failures.</summary>
    public ImmutableArray<FailedWrite> Failed => [.. _failed];

    /// <summary>The writes that were not tried, because the time of the pass was over.</summary>
    public ImmutableArray<string> Untried => [.. _untried];

    /// <summary>The write is left for a later pass.</summary>
    public void Leave(string what) => _untried.Enqueue(what);

    /// <summary>Executes the write. False: it failed, or an earlier one held up the pass and its time is over.</summary>
    /// <exception cref="NotLeadingException">This replica does not lead any more, so no write can succeed.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public async Task<bool> TryAsync(string what, Func<Task> write)
    {
        if (_isHeldUp && time.GetElapsedTime(_begun) > _patience)
        {
            _untried.Enqueue(what);
            return false;
        }
        var sent = time.GetTimestamp();
        try
        {
            await write();
            return true;
        }
        catch (Exception e) when (e.IsFailedCall())
        {
            if (e.IsUnanswered() || time.GetElapsedTime(sent) > LongRefusal)
            {
                _isHeldUp = true;
            }
            _failed.Enqueue(FailedWrite.Of(what, e));
            return false;
        }
    }
}
