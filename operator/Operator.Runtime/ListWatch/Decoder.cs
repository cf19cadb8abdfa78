using System.Globalization;

namespace Operator.Runtime;

/// <summary>
/// An object as the cache keeps it: the decoded object, or the problem that prevented decoding. <c>Version</c> is the
/// resourceVersion as a number; 0 when it is not a number.
/// </summary>
internal sealed record Decoded<T>(ObjectKey Key, string Uid, ulong Version, T? Object, string? Problem)
    where T : class;

/// <summary>Compares resourceVersions, which are numbers on every known server.</summary>
public static class ResourceVersions
{
    /// <summary>The version as a number; 0 when it is not a number.</summary>
    public static ulong Parse(string version) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>True when both versions are known and the first is older.</summary>
    public static bool IsOlder(ulong one, ulong other) => one != 0 && other != 0 && one < other;
}

/// <summary>Decodes objects one by one, so that an unreadable object does not affect the others.</summary>
internal sealed class Decoder<T>(Func<KubeObject, T> project)
    where T : class
{
    public Decoded<T> Decode(KubeObject item)
    {
        var version = ResourceVersions.Parse(item.ResourceVersion);
        try
        {
            return new Decoded<T>(item.Key, item.Uid, version, project(item), Problem: null);
        }
        // Users may store any content, so a projection may throw any exception.
        catch (Exception e)
        {
            return new Decoded<T>(item.Key, item.Uid, version, Object: null, e.Message);
        }
    }
}
