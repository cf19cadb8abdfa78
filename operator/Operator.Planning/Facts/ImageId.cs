namespace Operator.Planning.Facts;

/// <summary>
/// The image id of a container as runtimes report it. Only the form <c>repository@sha256:…</c> tells images apart: some runtimes
/// report a local id instead, and one runtime may report both forms for one image.
/// </summary>
internal static class ImageId
{
    private const string Mark = "@sha256:";
    private const int DigestDigits = 64;

    /// <summary>The id without the runtime's scheme, such as <c>docker-pullable://</c>; null: it is of another form.</summary>
    public static string? Comparable(string? reported)
    {
        if (reported is null)
        {
            return null;
        }
        var scheme = reported.IndexOf("://", StringComparison.Ordinal);
        var id = scheme < 0 ? reported : reported[(scheme + 3)..];
        return DigestOf(id) is null ? null : id;
    }

    /// <summary>The same image may come from two repositories, so only the digests are compared.</summary>
    public static bool IsSame(string one, string other) => DigestOf(one) == DigestOf(other);

    private static string? DigestOf(string id)
    {
        var at = id.IndexOf(Mark, StringComparison.Ordinal);
        var digest = at <= 0 ? "" : id[(at + Mark.Length)..];
        return digest.Length == DigestDigits && digest.All(char.IsAsciiHexDigitLower) ? digest : null;
    }
}
