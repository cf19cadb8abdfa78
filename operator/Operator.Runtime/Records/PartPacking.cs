using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Operator.Runtime;

/// <summary>Packs the content of a part with gzip; the checksum is the SHA-256 of the unpacked content.</summary>
internal static class PartPacking
{
    /// <summary>Our own parts never unpack to more than this.</summary>
    private const int MaxUnpackedBytes = 64 * 1024 * 1024;
    private const int ChunkBytes = 16 * 1024;

    public static byte[] Pack(ReadOnlyMemory<byte> content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(content.Span);
        }
        return buffer.ToArray();
    }

    /// <summary>Returns the content; null when it is damaged or its checksum is wrong.</summary>
    public static ReadOnlyMemory<byte>? Unpack(byte[] packed, string sha256)
    {
        try
        {
            var content = Inflate(packed);
            return Sha256(content) == sha256 ? content : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <exception cref="InvalidDataException">It is no gzip.</exception>
    public static ReadOnlyMemory<byte> Inflate(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var buffer = new MemoryStream();
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (var read = gzip.Read(chunk); read > 0 && buffer.Length <= MaxUnpackedBytes; read = gzip.Read(chunk))
            {
                buffer.Write(chunk, 0, read);
            }
            return buffer.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    public static string Sha256(ReadOnlyMemory<byte> content) =>
        Convert.ToHexStringLower(SHA256.HashData(content.Span));
}
