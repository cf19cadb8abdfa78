using Microsoft.Extensions.Time.Testing;

namespace Operator.Runtime.Tests;

/// <summary>Lets time pass while something is under way.</summary>
internal static class VirtualTime
{
    /// <summary>Steps until the task has ended, however it ends; fails after <paramref name="most"/> of virtual time.</summary>
    public static async Task PassUntilAsync(
        this FakeTimeProvider time,
        Task task,
        TimeSpan? step = null,
        TimeSpan? most = null
    )
    {
        var end = time.GetUtcNow() + (most ?? TimeSpan.FromHours(1));
        while (!task.IsCompleted)
        {
            Assert.True(time.GetUtcNow() < end, "it has not ended in time");
            time.Advance(step ?? TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }
}
