using System.Collections.Immutable;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The store lists as parts of the record: <c>stores.0</c>, <c>stores.1</c> and so on. A part has a size limit, and ten
/// thousand stores exceed the limit, so a long list is cut into several parts. An edit of a list rewrites only the parts of
/// this list, unless the number of its parts changes.
/// </summary>
internal static class StoreShards
{
    /// <summary>Size before compression, small enough for content that does not compress.</summary>
    private const int MostBytes = 384 * 1024;

    /// <summary>Consecutive shards with one source are one list.</summary>
    public static StoreBook Join(IEnumerable<KeptStoreList> shards)
    {
        var lists = ImmutableArray.CreateBuilder<KeptStoreList>();
        foreach (var shard in shards)
        {
            if (lists.Count > 0 && lists[^1].Source == shard.Source)
            {
                lists[^1] = lists[^1] with { Stores = lists[^1].Stores.AddRange(shard.Stores) };
            }
            else
            {
                lists.Add(shard);
            }
        }
        return new StoreBook { Lists = lists.ToImmutable() };
    }

    public static IEnumerable<KeptStoreList> Cut(KeptStoreList list)
    {
        var (start, bytes) = (0, 0);
        for (var i = 0; i < list.Stores.Length; i++)
        {
            bytes += BytesOf(list.Stores[i]);
            if (bytes > MostBytes && i > start)
            {
                yield return list with
                {
                    Stores = list.Stores[start..i],
                };
                (start, bytes) = (i, BytesOf(list.Stores[i]));
            }
        }
        yield return list with
        {
            Stores = list.Stores[start..],
        };
    }

    /// <summary>An upper bound of the store's size as JSON.</summary>
    private static int BytesOf(Api.Store store)
    {
        const int fields = 128;
        const int widestCharacter = 6;
        var texts =
            store.Name.Length
            + store.Sites.Sum(s => s.Length + 1)
            + store.Parameters.Sum(p => p.Key.Length + p.Value.Length + 1)
            + store.Labels.Sum(l => l.Key.Length + l.Value.Length + 1)
            + (store.Credentials?.SecretRef?.Name.Length ?? 0);
        return fields + (widestCharacter * texts);
    }
}
