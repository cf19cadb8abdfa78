using System.Runtime.ExceptionServices;

namespace Operator.Runtime;

/// <summary>Makes the same write for many objects. One that the server refuses stops no other.</summary>
internal static class EachWrite
{
    /// <exception cref="KubeApiException">The first refusal, after all items were tried.</exception>
    public static async Task RunAsync<T>(IEnumerable<T> items, Func<T, Task> write)
    {
        KubeApiException? refusal = null;
        foreach (var item in items)
        {
            try
            {
                await write(item);
            }
            catch (KubeApiException e)
            {
                refusal ??= e;
            }
        }
        if (refusal is not null)
        {
            ExceptionDispatchInfo.Throw(refusal);
        }
    }
}
