using System.IO.Compression;
using System.Text.Json;
using Operator.Runtime;

namespace Operator.Gathering;

/// <summary>An object of the cluster as compressed JSON, for a cache of many objects.</summary>
internal sealed class PackedJson
{
    private readonly byte[] _packed;

    private PackedJson(byte[] packed) => _packed = packed;

    public static PackedJson Of(KubeObject item)
    {
        using var buffer = new MemoryStream();
        using (var deflate = new DeflateStream(buffer, CompressionLevel.Fastest))
        {
            deflate.Write(item.TrimmedBytes().Span);
        }
        return new PackedJson(buffer.ToArray());
    }

    public JsonElement Unpack()
    {
        using var deflate = new DeflateStream(new MemoryStream(_packed), CompressionMode.Decompress);
        using var document = JsonDocument.Parse(deflate);
        return document.RootElement.Clone();
    }
}
