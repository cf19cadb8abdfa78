using System.Globalization;
using System.Text;
using System.Text.Json;
using Operator.Runtime;

namespace Operator.Testing;

/// <summary>Live reads and lists. Used under the cluster's lock.</summary>
internal sealed class ApiReads(ClusterState state)
{
    private const string ContinueExpired =
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

    public JsonElement Get(ResourceType type, ObjectKey key)
    {
        var kind = state.KindOf(type);
        return (state.Store.Find(type, key) ?? throw ApiFailure.NotFound(kind, key.Name)).Json;
    }

    public ListPage List(ResourceType type, string? ns, ListOptions options)
    {
        state.KindOf(type);
        var selector = Selector.Parse(options.LabelSelector, options.FieldSelector);
        var (version, after, items) = Snapshot(type, options);
        var matching = items.Where(o => IsIn(o, ns) && selector.Matches(o));
        if (after is not null)
        {
            matching = matching.SkipWhile(o => !IsPast(o.Key, after));
        }
        if (options.Limit <= 0)
        {
            return new ListPage([.. matching.Select(ItemOf)], null, Text(version));
        }
        var page = matching.Take(options.Limit + 1).ToList();
        var hasMore = page.Count > options.Limit;
        var shown = page.Take(options.Limit).ToList();
        var next = hasMore ? new ContinueToken(version, PathOf(shown[^1].Key)).Encode() : null;
        return new ListPage([.. shown.Select(ItemOf)], next, Text(version));

        JsonElement ItemOf(StoredObject item) => options.MetadataOnly ? MetadataOf(item) : item.ListItem;
    }

    private static JsonElement MetadataOf(StoredObject item) =>
        JsonElement.Parse($$"""{"metadata":{{item.Json.GetProperty("metadata").GetRawText()}}}""");

    /// <summary>The version that a list shows: the newest, the version of the first page, or the requested version.</summary>
    private (long Version, string? After, IEnumerable<StoredObject> Items) Snapshot(
        ResourceType type,
        ListOptions options
    )
    {
        var store = state.Store;
        if (!string.IsNullOrEmpty(options.Continue))
        {
            if (options.ResourceVersion is { Length: > 0 } and not "0")
            {
                throw ApiFailure.BadRequest("specifying resource version is not allowed when using continue");
            }
            var token = ContinueToken.Decode(options.Continue);
            return (token.Version, token.After, store.At(type, token.Version, ContinueExpired));
        }
        var asked = ResourceVersions.Parse(options.ResourceVersion);
        if (asked > store.Version)
        {
            throw ApiFailure.TooLarge(asked, store.Version);
        }
        // Without a limit the version means "not older than"; with a limit it means exactly this version.
        return asked > 0 && options.Limit > 0
            ? (asked, null, store.At(type, asked, "The resourceVersion for the provided list is too old."))
            : (store.Version, null, store.All(type));
    }

    internal static bool IsIn(StoredObject item, string? ns) => string.IsNullOrEmpty(ns) || item.Key.Namespace == ns;

    private static string PathOf(ObjectKey key) => $"{key.Namespace}/{key.Name}";

    private static bool IsPast(ObjectKey key, string after) => string.CompareOrdinal(PathOf(key), after) > 0;

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);
}

internal static class ResourceVersions
{
    /// <summary>Zero when no version is given.</summary>
    public static long Parse(string? text) =>
        string.IsNullOrEmpty(text) ? 0
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version
        : throw ApiFailure.BadRequest($"resourceVersion: Invalid value: \"{text}\": it is no number");
}

/// <summary>The path after which the next page begins, and the version that all pages show.</summary>
internal sealed record ContinueToken(long Version, string After)
{
    public string Encode() =>
        Convert.ToBase64String(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Version} {After}"))
        );

    public static ContinueToken Decode(string token)
    {
        var bytes = new byte[token.Length];
        if (
            Convert.TryFromBase64String(token, bytes, out var length)
            && Encoding.UTF8.GetString(bytes, 0, length).Split(' ', 2) is [var version, var after]
            && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
        )
        {
            return new ContinueToken(parsed, after);
        }
        throw ApiFailure.BadRequest("continue key is not valid");
    }
}
