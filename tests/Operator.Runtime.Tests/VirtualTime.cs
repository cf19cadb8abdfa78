using Microsoft.Extensions.Time.Testing;

namespace Operator.Runtime.Tests;

/// <summary>
/// Runs asynchronous code in one thread and in virtual time: time passes only when nothing can go on without it, so every run
/// of a test is the same run.
/// </summary>
internal sealed class VirtualTime : SynchronizationContext
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);
    private readonly Queue<Action> _posted = new();
    private readonly Lock _gate = new();

    /// <summary>Runs the story to its end; fails when that takes more than <paramref name="most"/> of virtual time (a day).</summary>
    public static void Run(FakeTimeProvider time, Func<Task> story, TimeSpan? most = null)
    {
        var (context, outer) = (new VirtualTime(), Current);
        SetSynchronizationContext(context);
        try
        {
            var end = time.GetUtcNow() + (most ?? TimeSpan.FromDays(1));
            var task = story();
            while (true)
            {
                context.RunPosted();
                if (task.IsCompleted)
                {
                    break;
                }
                Assert.True(time.GetUtcNow() < end, "the story has not ended in time");
                time.Advance(Step);
            }
            task.GetAwaiter().GetResult(); // it has ended: only its exception is asked for
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            _posted.Enqueue(() => d(state));
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    private void RunPosted()
    {
        while (Next() is { } action)
        {
            action();
        }
    }

    private Action? Next()
    {
        lock (_gate)
        {
            return _posted.TryDequeue(out var action) ? action : null;
        }
    }
}

/// <summary>Lets time pass while something is under way that other threads take part in.</summary>
internal static class PassingTime
{
    /// <summary>Steps until the task has ended, however it ends; fails after an hour of virtual time.</summary>
    public static async Task PassUntilAsync(this FakeTimeProvider time, Task task)
    {
        var end = time.GetUtcNow() + TimeSpan.FromHours(1);
        while (!task.IsCompleted)
        {
            Assert.True(time.GetUtcNow() < end, "it has not ended in time");
            time.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }

    /// <summary>Waits in virtual time until the condition holds.</summary>
    public static async Task UntilAsync(this TimeProvider time, Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), time);
        }
    }
}
