using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Record.Encoding;

/// <summary>
/// The last good store lists, cut by size. Each list begins a part; a list in a part without source continues the one before. An edit
/// of a list rewrites only the parts of this list, unless the number of its parts changes.
/// </summary>
internal sealed class StoreListCodec : BookCodec<StoreBook>
{
    /// <summary>Size before compression, small enough for content that does not compress.</summary>
    private const int MostBytes = 384 * 1024;

    public override void Write(PartWriter to, string name, StoreBook book, StoreBook? before)
    {
        if (book.IsEmpty)
        {
            return;
        }
        var first = StoresNamed.In(book, to.Stores) with { Lists = [] };
        var pieces = book.Lists.SelectMany(Cut).ToList();
        IReadOnlyList<StoreBook> shards =
            pieces.Count == 0
                ? [first]
                : [.. pieces.Select((list, i) => (i == 0 ? first : new StoreBook()) with { Lists = [list] })];
        Shards.Write(to, name, shards);
    }

    public override StoreBook? Read(PartReader from, string name)
    {
        var shards = Shards.Read<StoreBook>(from, name);
        if (shards.Count == 0)
        {
            return null;
        }
        var lists = ImmutableArray.CreateBuilder<KeptStoreList>();
        foreach (var list in shards.SelectMany(s => s.Lists))
        {
            if (list.Source.Length == 0 && lists.Count > 0)
            {
                lists[^1] = lists[^1] with { Stores = lists[^1].Stores.AddRange(list.Stores) };
            }
            else
            {
                lists.Add(list);
            }
        }
        return StoresNamed.In(shards[0], from.Stores) with { Lists = lists.ToImmutable() };
    }

    private static IEnumerable<KeptStoreList> Cut(KeptStoreList list)
    {
        var (start, bytes) = (0, 0);
        for (var i = 0; i < list.Stores.Length; i++)
        {
            bytes += BytesOf(list.Stores[i]);
            if (bytes > MostBytes && i > start)
            {
                yield return Piece(list, start, i);
                (start, bytes) = (i, BytesOf(list.Stores[i]));
            }
        }
        yield return Piece(list, start, list.Stores.Length);
    }

    private static KeptStoreList Piece(KeptStoreList list, int start, int end) =>
        start == 0 ? list with { Stores = list.Stores[..end] } : new KeptStoreList { Stores = list.Stores[start..end] };

    /// <summary>An upper bound of the store's size as JSON.</summary>
    private static int BytesOf(Store store)
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
