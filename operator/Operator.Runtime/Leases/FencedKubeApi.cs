namespace Operator.Runtime;

/// <summary>This replica is not the leader, so the write was not sent.</summary>
public sealed class NotLeadingException(string message) : Exception(message);

/// <summary>
/// Passes all reads. Passes writes only during a term of the lease; the end of the term cancels running writes. The end of each call is
/// a step of the work that made it.
/// </summary>
public sealed class FencedKubeApi(IKubeApi api, LeaderLease lease, Strides strides) : IKubeApi
{
    public ServerClock? Clock => api.Clock;

    public Task<KubeObject?> GetAsync(ResourceType type, ObjectKey key, CancellationToken ct) =>
        EndedAsync(api.GetAsync(type, key, ct));

    public Task<ListPage> ListAsync(ResourceType type, string? ns, ListOptions options, CancellationToken ct) =>
        EndedAsync(api.ListAsync(type, ns, options, ct));

    public IAsyncEnumerable<WatchEvent> WatchAsync(
        ResourceType type,
        string? ns,
        WatchOptions options,
        CancellationToken ct
    ) => api.WatchAsync(type, ns, options, ct);

    public Task<KubeObject> CreateAsync(
        ResourceType type,
        string ns,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) => WriteAsync(term => api.CreateAsync(type, ns, json, term), ct);

    public Task<KubeObject> ReplaceAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) => WriteAsync(term => api.ReplaceAsync(type, key, json, term), ct);

    public Task<KubeObject> PatchStatusAsync(
        ResourceType type,
        ObjectKey key,
        ReadOnlyMemory<byte> json,
        CancellationToken ct
    ) => WriteAsync(term => api.PatchStatusAsync(type, key, json, term), ct);

    public Task<Deletion> DeleteAsync(ResourceType type, ObjectKey key, DeleteOptions options, CancellationToken ct) =>
        WriteAsync(term => api.DeleteAsync(type, key, options, term), ct);

    private async Task<T> WriteAsync<T>(Func<CancellationToken, Task<T>> write, CancellationToken ct)
    {
        if (lease.Term is not { IsOver: false } term)
        {
            throw new NotLeadingException("cannot write: this replica does not lead");
        }
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, term.Ended);
        return await EndedAsync(write(both.Token));
    }

    private async Task<T> EndedAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        finally
        {
            strides.Step();
        }
    }
}
