using System.Collections.Immutable;
using System.Text;
using Operator.Api;

namespace Operator.Planning.Rollouts;

/// <summary>
/// The order in which stores get a candidate: those that the rollout names as first, the others by a well-mixed hash of (salt, name) and in
/// fair shares of each stratum, those that it names as last. FNV-1a alone keeps numbered names in
/// blocks, so SplitMix64's mixer (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014) is applied to
/// its result.
/// </summary>
public static class CohortOrder
{
    private const ulong FnvOffset = 14695981039346656037;
    private const ulong FnvPrime = 1099511628211;

    public static ImmutableArray<string> Of(ulong salt, IEnumerable<string> stores) =>
        [.. stores.OrderBy(s => Rank(salt, s)).ThenBy(s => s, StringComparer.Ordinal)];

    /// <summary>The order of an attempt that starts. Of the names in the lists, those count that are among the stores.</summary>
    public static ImmutableArray<string> Of(ulong salt, IEnumerable<Store> stores, RolloutCohort cohort)
    {
        var byName = stores.ToDictionary(s => s.Name, StringComparer.Ordinal);
        var first = cohort.First.Distinct(StringComparer.Ordinal).Where(byName.ContainsKey).ToList();
        var last = cohort
            .Last.Distinct(StringComparer.Ordinal)
            .Where(byName.ContainsKey)
            .Except(first, StringComparer.Ordinal)
            .ToList();
        var others = Of(salt, byName.Keys.Except(first.Concat(last), StringComparer.Ordinal));
        return [.. first, .. Strata.Spread(others, s => Strata.Of(byName[s], cohort.Strata)), .. last];
    }

    /// <summary>
    /// The number of stores that a share selects out of <paramref name="places"/>: max(1, round(p·N)), half away from zero,
    /// and below 100% at most N − 1, so that a step that is not the last tells something from the rest. Examples: 5% of 40 is 2; 25% of 10
    /// is 3; 1% of 10 is 1; 99% of 10 is 9; of a single store any share is that one; the number 3 of 2 is 2.
    /// </summary>
    public static int Places(StoreShare share, int places)
    {
        if (share.TryGetCount(out var count))
        {
            return Math.Clamp(count, Math.Min(1, places), places);
        }
        if (!share.TryGetFraction(out var fraction))
        {
            throw new FormatException($"'{share.Text}' is neither a number nor a percentage");
        }
        var rounded = (int)Math.Round(fraction * places, MidpointRounding.AwayFromZero);
        var most = fraction < 1 && places > 1 ? places - 1 : places;
        return Math.Clamp(rounded, Math.Min(1, places), most);
    }

    private static ulong Rank(ulong salt, string name)
    {
        var hash = FnvOffset ^ Mix(salt);
        foreach (var b in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ b) * FnvPrime;
        }
        return Mix(hash);
    }

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
