using System.Runtime.ExceptionServices;

namespace Operator.Runtime;

/// <summary>Makes the same write for many objects. One that fails stops no other.</summary>
internal static class EachWrite
{
    /// <summary>After this number of calls in a row without an answer the server is away, and each further call would only wait.</summary>
    private const int MostUnanswered = 3;

    /// <exception cref="Exception">The first failure, after all items were tried, or after the server was found to be away.</exception>
    public static async Task RunAsync<T>(IEnumerable<T> items, Func<T, Task> write)
    {
        Exception? failure = null;
        var unanswered = 0;
        foreach (var item in items)
        {
            try
            {
                await write(item);
                unanswered = 0;
            }
            catch (Exception e) when (e.IsFailedCall())
            {
                failure ??= e;
                unanswered = e.IsUnanswered() ? unanswered + 1 : 0;
            }
            if (unanswered == MostUnanswered)
            {
                break;
            }
        }
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
