using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Operator.Runtime;

/// <summary>Reads a watch stream: one JSON object per line. Throws on a line that is not a watch event.</summary>
internal static class WatchStream
{
    private static readonly StreamPipeReaderOptions Buffers = new(bufferSize: 64 * 1024);

    public static async IAsyncEnumerable<WatchEvent> ReadAsync(
        Stream stream,
        [EnumeratorCancellation] CancellationToken ct
    )
    {
        var reader = PipeReader.Create(stream, Buffers);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync(ct);
                var rest = read.Buffer;
                while (rest.PositionOf((byte)'\n') is { } end)
                {
                    var line = rest.Slice(0, end);
                    rest = rest.Slice(rest.GetPosition(1, end));
                    if (!line.IsEmpty)
                    {
                        yield return Parse(line.ToArray());
                    }
                }
                if (read.IsCompleted)
                {
                    ThrowIfTorn(rest);
                    yield break;
                }
                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static void ThrowIfTorn(ReadOnlySequence<byte> rest)
    {
        if (!rest.IsEmpty)
        {
            throw new IOException("the watch ended in the middle of an event");
        }
    }

    private static WatchEvent Parse(byte[] line)
    {
        var root = JsonElement.Parse(line);
        if (
            root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("type", out var type)
            || type.ValueKind != JsonValueKind.String
            || !root.TryGetProperty("object", out var item)
        )
        {
            throw new JsonException("a line of the watch is not a watch event");
        }
        var kind =
            type.ValueEquals("ADDED") ? WatchKind.Added
            : type.ValueEquals("MODIFIED") ? WatchKind.Modified
            : type.ValueEquals("DELETED") ? WatchKind.Deleted
            : type.ValueEquals("BOOKMARK") ? WatchKind.Bookmark
            : WatchKind.Error;
        return new WatchEvent(kind, item);
    }
}
