using System.Globalization;

namespace Operator.Runtime;

/// <summary>
/// An object as the cache keeps it: decoded, or why not. Its version is the resourceVersion as a number, as servers mean it, or
/// 0 when it is none.
/// </summary>
internal sealed record Decoded<T>(ObjectKey Key, string Uid, ulong Version, T? Object, string? Problem)
    where T : class;

internal static class ResourceVersions
{
    public static ulong Parse(string version) =>
        ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Both are known, and the first is the older one.</summary>
    public static bool IsOlder(ulong one, ulong other) => one != 0 && other != 0 && one < other;
}

/// <summary>Decodes objects one by one: one that can't be read is its own problem only.</summary>
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
        // A projection meets whatever anybody stored: it may fail in any way.
        catch (Exception e)
        {
            return new Decoded<T>(item.Key, item.Uid, version, Object: null, e.Message);
        }
    }
}
