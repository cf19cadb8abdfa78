namespace Operator.Cluster.Tests;

/// <summary>Limits the stories on a cluster: many at a time, or one alone.</summary>
internal sealed class Places : IDisposable
{
    private const int Most = 32;
    private readonly SemaphoreSlim _free = new(Most);

    /// <summary>Waits for one place, or for all places. Only one story at a time may wait for all.</summary>
    public async Task<IDisposable> TakeAsync(bool all, CancellationToken ct)
    {
        var taken = new Taken(_free);
        try
        {
            for (var i = 0; i < (all ? Most : 1); i++)
            {
                await _free.WaitAsync(ct);
                taken.Count++;
            }
            return taken;
        }
        catch (OperationCanceledException)
        {
            taken.Dispose();
            throw;
        }
    }

    public void Dispose() => _free.Dispose();

    private sealed class Taken(SemaphoreSlim free) : IDisposable
    {
        public int Count { get; set; }

        public void Dispose()
        {
            if (Count > 0)
            {
                free.Release(Count);
                Count = 0;
            }
        }
    }
}
