using System.IO.Compression;

namespace Operator.Testing;

/// <summary>The sizes of a record's parts as the record store keeps them.</summary>
public static class RecordBytes
{
    /// <summary>Bytes of a part after compression.</summary>
    public static int Packed(ReadOnlyMemory<byte> part)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(part.Span);
        }
        return buffer.ToArray().Length;
    }
}
