using System.Collections.Immutable;
using System.Globalization;
using CsCheck;
using Operator.Api;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Tests.Cohorts;

/// <summary>The order in which an attempt gives its candidate to stores, over random fleets. CsCheck prints the seed of a failure.</summary>
public sealed class CohortOrderProperties
{
    private const string Label = "region";
    private const int LongestName = 63;

    /// <summary>Fleets of 0, 1, 7 and other numbers of stores, in 1 to 80 strata of very unequal sizes; some stores have no label.</summary>
    private static readonly Gen<Fleet> Fleets = Gen.Select(
            Gen.OneOf(Gen.OneOf(Gen.Const(0), Gen.Const(1), Gen.Const(7)), Gen.Int[2, 300]),
            Gen.Int[1, 80],
            Gen.Double[0.2, 4],
            Gen.ULong,
            Gen.Int
        )
        .Select((stores, strata, skew, salt, seed) => Fleet.Of(stores, strata, skew, salt, new Random(seed)));

    [Fact]
    public void Every_store_comes_once() =>
        Fleets.Sample(fleet =>
            Assert.Equal(
                fleet.Stores.Select(s => s.Name).Order(StringComparer.Ordinal),
                fleet.Order.Order(StringComparer.Ordinal)
            )
        );

    [Fact]
    public void First_come_first_and_last_come_last_as_they_are_written() =>
        Fleets.Sample(fleet =>
        {
            var (first, last) = (fleet.Known(fleet.Cohort.First), fleet.Known(fleet.Cohort.Last));

            Assert.Equal(first, fleet.Order.Take(first.Length));
            Assert.Equal(last, fleet.Order.TakeLast(last.Length));
        });

    [Fact]
    public void The_order_in_which_the_spec_lists_stores_does_not_matter() =>
        Fleets.Sample(fleet =>
        {
            var shuffled = fleet.Stores.ToArray();
            new Random(fleet.Stores.Length).Shuffle(shuffled);

            Assert.Equal(fleet.Order, CohortOrder.Of(fleet.Salt, shuffled, fleet.Cohort));
        });

    [Fact]
    public void Each_beginning_has_its_share_of_each_stratum_within_less_than_one_store() =>
        Fleets.Sample(fleet => ExpectShares(fleet.Others, fleet.StratumOf));

    [Fact]
    public void Within_a_stratum_the_hash_decides() =>
        Fleets.Sample(fleet =>
        {
            var hashed = CohortOrder.Of(fleet.Salt, fleet.Others);
            foreach (var stratum in fleet.Others.GroupBy(fleet.StratumOf))
            {
                Assert.Equal(hashed.Where(s => fleet.StratumOf(s) == stratum.Key), stratum);
            }
        });

    [Fact]
    public void Without_strata_the_hash_decides_alone() =>
        Fleets.Sample(fleet =>
        {
            var order = CohortOrder.Of(fleet.Salt, fleet.Stores, new RolloutCohort());

            Assert.Equal(CohortOrder.Of(fleet.Salt, fleet.Stores.Select(s => s.Name)), order);
        });

    /// <summary>Of each pair of steps the smaller cohort is in the larger one, and both have exactly their size.</summary>
    [Fact]
    public void Cohorts_have_exactly_their_size_and_contain_those_before() =>
        Gen.Select(Fleets, Gen.Int[1, 100], Gen.Int[1, 100])
            .Sample(
                (fleet, a, b) =>
                {
                    var all = fleet.Stores.Length;
                    var (small, large) = (PlacesOf(Math.Min(a, b), all), PlacesOf(Math.Max(a, b), all));
                    var cohort = fleet.Order.Take(small).ToHashSet(StringComparer.Ordinal);

                    Assert.Equal(small, cohort.Count);
                    Assert.Subset(fleet.Order.Take(large).ToHashSet(StringComparer.Ordinal), cohort);
                }
            );

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void Fleets_of_any_size_are_ordered(int stores)
    {
        var fleet = Fleet.Of(stores, strata: 40, skew: 2, salt: 7, new Random(stores));

        Assert.Equal(stores, fleet.Order.Distinct(StringComparer.Ordinal).Count());
        ExpectShares(fleet.Others, fleet.StratumOf);
    }

    /// <summary>The smallest ones, by name where sizes are equal, are one stratum.</summary>
    [Theory]
    [InlineData(65, 2)]
    [InlineData(70, 12)]
    public void Of_more_than_64_strata_the_smallest_count_together(int strata, int others)
    {
        var stores = Enumerable
            .Range(0, strata)
            .SelectMany(r => Enumerable.Range(0, r < 60 ? 3 : 2).Select(i => StoreOf(r, i)))
            .ToList();
        var byName = stores.ToDictionary(s => s.Name, StringComparer.Ordinal);

        var order = CohortOrder.Of(1, stores, new RolloutCohort { Strata = [Label] });

        string StratumOf(string store)
        {
            var region = byName[store].Labels[Label];
            return string.CompareOrdinal(region, "r063") > 0 ? "other" : region;
        }
        Assert.Equal(Strata.Most + 1, order.Select(StratumOf).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(others, order.Count(s => StratumOf(s) == "other"));
        ExpectShares(order, StratumOf);
    }

    [Fact]
    public void With_64_strata_each_counts_for_itself()
    {
        var stores = Enumerable
            .Range(0, 64)
            .SelectMany(r => Enumerable.Range(0, 2).Select(i => StoreOf(r, i)))
            .ToList();

        var order = CohortOrder.Of(1, stores, new RolloutCohort { Strata = [Label] });

        Assert.Equal(64, order.Take(64).Select(s => s[..4]).Distinct(StringComparer.Ordinal).Count());
    }

    /// <summary>Sorted by (rank - 1/2)/size, all of these 63 would come right after the first half of the large one.</summary>
    [Fact]
    public void Many_small_strata_are_spread_over_the_whole_order()
    {
        var stores = Enumerable
            .Range(0, 1000)
            .Select(i => StoreOf(0, i))
            .Concat(Enumerable.Range(1, 63).Select(r => StoreOf(r, 0)));

        var order = CohortOrder.Of(1, stores, new RolloutCohort { Strata = [Label] });

        var tenths = order.Chunk(107).Select(c => c.Count(s => !s.StartsWith("r000", StringComparison.Ordinal)));
        Assert.All(tenths, small => Assert.InRange(small, 5, 8));
    }

    [Fact]
    public void Several_labels_make_a_stratum_of_each_combination()
    {
        string[] regions = ["eu", "us"];
        string[] sizes = ["big", "small"];
        var stores =
            from region in regions
            from size in sizes
            from i in Enumerable.Range(0, 5)
            select new Store
            {
                Name = $"{region}-{size}-{i.ToString(CultureInfo.InvariantCulture)}",
                Labels = ImmutableSortedDictionary<string, string>.Empty.Add(Label, region).Add("size", size),
            };

        var order = CohortOrder.Of(1, stores, new RolloutCohort { Strata = [Label, "size"] });

        Assert.All(
            order.Chunk(4),
            c => Assert.Equal(4, c.Select(s => s[..^2]).Distinct(StringComparer.Ordinal).Count())
        );
    }

    private static void ExpectShares(ImmutableArray<string> order, Func<string, string> stratumOf)
    {
        var sizes = order.CountBy(stratumOf, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var taken = sizes.Keys.ToDictionary(s => s, _ => 0, StringComparer.Ordinal);
        for (var k = 1; k <= order.Length; k++)
        {
            taken[stratumOf(order[k - 1])]++;
            foreach (var (stratum, size) in sizes)
            {
                // |taken - k * size / all| < 1, in whole numbers.
                var off = Math.Abs(((long)taken[stratum] * order.Length) - ((long)k * size));
                Assert.True(off < order.Length, $"{taken[stratum]} of {size} in '{stratum}' among the first {k}");
            }
        }
    }

    private static int PlacesOf(int percent, int stores) =>
        CohortOrder.Places(new StoreShare(string.Create(CultureInfo.InvariantCulture, $"{percent}%")), stores);

    private static Store StoreOf(int region, int number) =>
        new()
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"r{region:000}-{number:0000}"),
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add(Label, $"r{region:000}"),
        };

    private sealed record Fleet(ulong Salt, ImmutableArray<Store> Stores, RolloutCohort Cohort)
    {
        private readonly Dictionary<string, string> _strata = Strata64(Stores, Cohort);

        public ImmutableArray<string> Order { get; } = CohortOrder.Of(Salt, Stores, Cohort);

        /// <summary>The stores that are in neither list, in their order.</summary>
        public ImmutableArray<string> Others =>
            [.. Order.Except(Cohort.First, StringComparer.Ordinal).Except(Cohort.Last, StringComparer.Ordinal)];

        public ImmutableArray<string> Known(ImmutableArray<string> named) =>
            [.. named.Where(n => Stores.Any(s => s.Name == n))];

        public string StratumOf(string store) => _strata[store];

        public static Fleet Of(int stores, int strata, double skew, ulong salt, Random random)
        {
            var all = Enumerable
                .Range(0, stores)
                .Select(i => new Store
                {
                    Name = $"{new string((char)('a' + random.Next(26)), LongestName - 6)}-{i:00000}",
                    Labels = LabelsOf((int)(strata * Math.Pow(random.NextDouble(), skew))),
                })
                .ToImmutableArray();
            var named = all.Select(s => s.Name).OrderBy(_ => random.Next()).Take(random.Next(12)).ToList();
            named.Insert(random.Next(named.Count + 1), "nobody");
            var first = random.Next(named.Count + 1);
            return new Fleet(
                salt,
                all,
                new RolloutCohort
                {
                    First = [.. named.Take(first)],
                    Last = [.. named.Skip(first)],
                    Strata = [Label],
                }
            );
        }

        private static ImmutableSortedDictionary<string, string> LabelsOf(int region) =>
            region == 0
                ? ImmutableSortedDictionary<string, string>.Empty
                : ImmutableSortedDictionary<string, string>.Empty.Add(Label, $"r{region:000}");

        /// <summary>The label of each store; of more than 64 the smallest are one.</summary>
        private static Dictionary<string, string> Strata64(ImmutableArray<Store> stores, RolloutCohort cohort)
        {
            var labels = stores
                .Where(s => !cohort.First.Contains(s.Name) && !cohort.Last.Contains(s.Name))
                .ToDictionary(s => s.Name, s => s.Labels.GetValueOrDefault(Label, ""), StringComparer.Ordinal);
            var small = labels
                .Values.CountBy(l => l, StringComparer.Ordinal)
                .OrderByDescending(l => l.Value)
                .ThenBy(l => l.Key, StringComparer.Ordinal)
                .Skip(Strata.Most)
                .Select(l => l.Key)
                .ToHashSet(StringComparer.Ordinal);
            return labels.ToDictionary(
                l => l.Key,
                l => small.Contains(l.Value) ? "other strata" : l.Value,
                StringComparer.Ordinal
            );
        }
    }
}
