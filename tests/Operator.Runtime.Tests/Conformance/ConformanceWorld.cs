using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;

namespace Operator.Runtime.Tests.Conformance;

/// <summary>The part of a back end that one test uses: a client, its own namespace, and time.</summary>
internal sealed class ConformanceWorld : IAsyncDisposable
{
    private const int MostRounds = 2400;

    public required Backend Backend { get; init; }
    public required IKubeApi Api { get; init; }
    public required string Namespace { get; init; }

    /// <summary>One of our own kinds, with a CRD.</summary>
    public required OwnKind Own { get; init; }

    /// <summary>Lets a little time pass: about 50 ms.</summary>
    public required Func<ValueTask> Pass { get; init; }
    public required Func<ValueTask> Close { get; init; }

    /// <summary>The codes that the server may answer to <see cref="WatchOptions.SendInitialEvents"/>; 200 when it supports the option.</summary>
    public ImmutableArray<HttpStatusCode> StreamingLists { get; init; } = [HttpStatusCode.OK];

    /// <summary>Limits the pods in the namespace to this number, by a ResourceQuota.</summary>
    public required Func<int, Task> LimitPods { get; init; }

    /// <summary>An image that every node has; its program waits for SIGTERM. Null when no pods run on the back end.</summary>
    public string? PauseImage { get; init; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ObjectKey Key(string name) => new(Namespace, name);

    public Task<KubeObject> CreateAsync(ResourceType type, JsonObject item) =>
        Api.CreateAsync(type, Namespace, item.Bytes(), Ct);

    public Task<KubeObject> CreateAsync(JsonObject own) => CreateAsync(Own.Type, own);

    /// <summary>Changes a copy of the object and replaces the object.</summary>
    public Task<KubeObject> ReplaceAsync(ResourceType type, KubeObject read, Action<JsonObject> change) =>
        Api.ReplaceAsync(type, read.Key, Changed(read, change), Ct);

    /// <summary>Merges into the status of the version that was read; null removes the status.</summary>
    public Task<KubeObject> PatchStatusAsync(ResourceType type, KubeObject read, JsonNode? status) =>
        PatchAsync(
            type,
            read,
            new JsonObject
            {
                ["metadata"] = new JsonObject { ["uid"] = read.Uid, ["resourceVersion"] = read.ResourceVersion },
                ["status"] = status,
            }
        );

    /// <summary>Sends any patch to the status subresource.</summary>
    public Task<KubeObject> PatchAsync(ResourceType type, KubeObject read, JsonObject patch) =>
        Api.PatchStatusAsync(type, read.Key, patch.Bytes(), Ct);

    public Task<KubeObject?> GetAsync(ResourceType type, string name) => Api.GetAsync(type, Key(name), Ct);

    /// <summary>Waits until <paramref name="look"/> returns a value. Time is real on real servers, virtual on the fake.</summary>
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
