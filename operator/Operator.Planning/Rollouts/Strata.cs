using System.Collections.Immutable;
using Operator.Api;

namespace Operator.Planning.Rollouts;

/// <summary>
/// Orders stores so that each beginning of the order has its share of each stratum, off by less than one store. To sort by the middle of each
/// store's part of its stratum, (rank - 1/2)/size, would not do: of many strata with one store each, all would come in the middle. See
/// decision 0059.
/// </summary>
internal static class Strata
{
    /// <summary>So many strata count each for itself, and the stores of the others together as one.</summary>
    public const int Most = 64;
    private const char Between = '\n';

    /// <summary>
    /// The stores of one stratum keep their order. The (n+1)-th of them may come once more than n are due by its stratum's share, and of those
    /// that may, the one comes that must come first: unit tasks on one processor, for which that rule meets all deadlines (Baruah et al.:
    /// "Proportionate progress", 1996). Of equals, the one comes first that is first in <paramref name="stores"/>.
    /// </summary>
    public static ImmutableArray<string> Spread(ImmutableArray<string> stores, Func<string, string> stratumOf)
    {
        var strata = Group(stores, stratumOf);
        if (strata.Count < 2)
        {
            return stores;
        }
        var order = ImmutableArray.CreateBuilder<string>(stores.Length);
        for (var position = 1; position <= stores.Length; position++)
        {
            // There is always one, because the shares add up to the position.
            var next = strata
                .Where(s => s.MayCome(position, stores.Length))
                .MinBy(s => (s.Deadline(stores.Length), s.Next))!;
            order.Add(stores[next.Take()]);
        }
        return order.MoveToImmutable();
    }

    /// <summary>The values of the labels, together. A store without one of them has an empty value there.</summary>
    public static string Of(Store store, ImmutableArray<string> labels) =>
        string.Join(Between, labels.Select(l => store.Labels.GetValueOrDefault(l, "")));

    private static List<Stratum> Group(ImmutableArray<string> stores, Func<string, string> stratumOf)
    {
        var bySize = stores
            .Index()
            .GroupBy(s => stratumOf(s.Item), s => s.Index, StringComparer.Ordinal)
            .OrderByDescending(g => g.Count())
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .ToList();
        var own = bySize.Take(Most).Select(g => new Stratum([.. g])).ToList();
        var others = bySize.Skip(Most).SelectMany(g => g).Order().ToImmutableArray();
        if (!others.IsEmpty)
        {
            own.Add(new Stratum(others));
        }
        return own;
    }

    /// <summary>The places of a stratum's stores in the list that is spread, and how many of them have come.</summary>
    private sealed class Stratum(ImmutableArray<int> places)
    {
        private int _came;

        public int Next => places[_came];

        public bool MayCome(long position, long all) => _came < places.Length && _came * all < position * places.Length;

        /// <summary>The last position of the next store.</summary>
        public long Deadline(long all) => (((_came + 1) * all) + places.Length - 1) / places.Length;

        public int Take() => places[_came++];
    }
}
