using System.Net;

namespace Operator.Runtime;

/// <summary>All objects of a kind at one version.</summary>
internal sealed record CompleteList<T>(IReadOnlyDictionary<ObjectKey, Decoded<T>> Items, string Version)
    where T : class;

/// <summary>
/// Lists all objects of a kind: by a watch with initial events, or in pages if the server can't do this. Decodes each object
/// when it arrives, so that no page stays in memory.
/// </summary>
internal sealed class ListReader<T>(
    IKubeApi api,
    InformerOptions options,
    Decoder<T> decoder,
    InformerServices services
)
    where T : class
{
    /// <summary>After this time without an event, the server counts as one that ignores the request for initial events.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private bool _streams = options.StreamsLists;

    /// <summary>Calls <paramref name="heard"/> for each answer of the server.</summary>
    public async Task<CompleteList<T>> ReadAsync(Action heard, CancellationToken ct)
    {
        if (_streams)
        {
            if (await TryStreamAsync(heard, ct) is { } streamed)
            {
                return streamed;
            }
            _streams = false;
            InformerLog.Paging(services.Logger, options.Type.Plural);
        }
        return await ReadPagesAsync(heard, ct);
    }

    private async Task<CompleteList<T>> ReadPagesAsync(Action heard, CancellationToken ct)
    {
        var items = new Dictionary<ObjectKey, Decoded<T>>();
        string? next = null;
        string version;
        do
        {
            var query = new ListOptions
            {
                LabelSelector = options.LabelSelector,
                Limit = options.PageSize,
                Continue = next,
            };
            var page = await api.ListAsync(options.Type, options.Namespace, query, ct);
            heard();
            foreach (var item in page.Items)
            {
                Add(items, new KubeObject(item));
            }
            (next, version) = (page.Continue, page.ResourceVersion);
        } while (next is not null);
        return new CompleteList<T>(items, version);
    }

    /// <summary>Null: this server does not support lists by watch.</summary>
    private async Task<CompleteList<T>?> TryStreamAsync(Action heard, CancellationToken ct)
    {
        using var pause = new CancellationTokenSource(LongestPause, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, pause.Token);
        try
        {
            return await StreamAsync(
                () =>
                {
                    heard();
                    pause.CancelAfter(LongestPause);
                },
                either.Token
            );
        }
        catch (KubeApiException e) when (IsRefusal(e))
        {
            return null;
        }
        catch (OperationCanceledException) when (pause.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<CompleteList<T>?> StreamAsync(Action heard, CancellationToken ct)
    {
        var items = new Dictionary<ObjectKey, Decoded<T>>();
        var query = new WatchOptions
        {
            LabelSelector = options.LabelSelector,
            SendInitialEvents = true,
            Timeout = options.WatchTimeout,
        };
        await foreach (var change in api.WatchAsync(options.Type, options.Namespace, query, ct))
        {
            heard();
            var item = new KubeObject(change.Item);
            switch (change.Kind)
            {
                case WatchKind.Added or WatchKind.Modified:
                    Add(items, item);
                    break;
                case WatchKind.Deleted:
                    items.Remove(item.Key);
                    break;
                case WatchKind.Bookmark:
                    // A server without this feature sends a bookmark without the annotation.
                    return item.Annotation(WatchOptions.InitialEventsEnd) is "true"
                        ? new CompleteList<T>(items, item.ResourceVersion)
                        : null;
                default:
                    return null;
            }
        }
        return null;
    }

    private void Add(Dictionary<ObjectKey, Decoded<T>> items, KubeObject item)
    {
        var decoded = decoder.Decode(item);
        items[decoded.Key] = decoded;
    }

    /// <summary>The server does not support the request. Missing permissions and an overloaded server do not count.</summary>
    private static bool IsRefusal(KubeApiException e) =>
        e.Status
            is HttpStatusCode.BadRequest
                or HttpStatusCode.UnprocessableEntity
                or HttpStatusCode.InternalServerError
                or HttpStatusCode.NotImplemented;
}
