using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>One test's place on a back end: a client, a namespace of its own, and time.</summary>
internal sealed class ConformanceWorld : IAsyncDisposable
{
    private const int MostRounds = 2400;

    public required Backend Backend { get; init; }
    public required IKubeApi Api { get; init; }
    public required string Namespace { get; init; }

    /// <summary>A kind of ours, with a CRD.</summary>
    public required OwnKind Own { get; init; }

    /// <summary>Lets a little time pass: about 50 ms.</summary>
    public required Func<ValueTask> Pass { get; init; }
    public required Func<ValueTask> Close { get; init; }

    /// <summary>How the server may answer <see cref="WatchOptions.SendInitialEvents"/>: 200 if it serves it.</summary>
    public ImmutableArray<HttpStatusCode> StreamingLists { get; init; } = [HttpStatusCode.OK];

    /// <summary>Allows so many pods in the namespace, by a ResourceQuota.</summary>
    public required Func<int, Task> LimitPods { get; init; }

    /// <summary>An image that every node has, of a program that waits for SIGTERM; null where no pods run.</summary>
    public string? PauseImage { get; init; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ObjectKey Key(string name) => new(Namespace, name);

    public Task<KubeObject> CreateAsync(ResourceType type, JsonObject item) =>
        Api.CreateAsync(type, Namespace, item.Bytes(), Ct);

    public Task<KubeObject> CreateAsync(JsonObject own) => CreateAsync(Own.Type, own);

    /// <summary>Reads, changes and replaces.</summary>
    public Task<KubeObject> ReplaceAsync(ResourceType type, KubeObject read, Action<JsonObject> change) =>
        Api.ReplaceAsync(type, read.Key, Changed(read, change), Ct);

    public Task<KubeObject> ReplaceStatusAsync(ResourceType type, KubeObject read, Action<JsonObject> change) =>
        Api.ReplaceStatusAsync(type, read.Key, Changed(read, change), Ct);

    public Task<KubeObject?> GetAsync(ResourceType type, string name) => Api.GetAsync(type, Key(name), Ct);

    /// <summary>Waits until there is an answer. Real time on real servers, virtual time on the fake.</summary>
    public async Task<T> UntilAsync<T>(Func<Task<T?>> look, string what)
        where T : class
    {
        for (var round = 0; round < MostRounds; round++)
        {
            if (await look() is { } seen)
            {
                return seen;
            }
            await Pass();
        }
        throw new TimeoutException($"{Backend}: {what} did not happen");
    }

    public Task UntilAsync(Func<Task<bool>> look, string what) =>
        UntilAsync(async () => await look() ? "yes" : null, what);

    public async ValueTask DisposeAsync() => await Close();

    private static ReadOnlyMemory<byte> Changed(KubeObject read, Action<JsonObject> change)
    {
        var item = read.Copy();
        change(item);
        return item.Bytes();
    }
}
