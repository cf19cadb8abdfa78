using System.Globalization;

namespace Operator.Testing;

/// <summary>Reports as workers write them to the termination log: <c>{"v":1,"s":[one part for each store]}</c>.</summary>
public static class WorkerReport
{
    /// <summary>The part of a store that the worker did not reach.</summary>
    public const string NotReached = "null";

    /// <summary>A report. <paramref name="also"/> adds members, such as <c>"calls":{"orders":3}</c>.</summary>
    public static string Of(IEnumerable<string> stores, string? also = null) =>
        $$"""{"v":1,"s":[{{string.Join(',', stores)}}]{{(also is null ? "" : $",{also}")}}}""";

    /// <summary>The part of a store with these numbers of items.</summary>
    public static string Store(long ok, long failed = 0, bool hasMore = false) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"ok":{{ok}},"failed":{{failed}}{{(hasMore ? ",\"more\":true" : "")}}}"""
        );

    /// <summary>The part of a store whose items all failed with this error class.</summary>
    public static string Failed(int items, char @class) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"ok":0,"failed":{{{items}}},"e":{"{{{@class}}}":{{{items}}}}}"""
        );
}
