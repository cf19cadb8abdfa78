using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Record;

namespace Operator.Tests.Simulation;

/// <summary>The order of an attempt that begins: the stores that its rollout names as first, the others, those that it names as last.</summary>
internal static class OrderWatch
{
    public static void Begun(Attempt attempt, RolloutCohort cohort, Action<bool, string> expect)
    {
        var (first, last) = (Known(cohort.First, attempt), Known(cohort.Last, attempt));
        expect(
            attempt.Order.Take(first.Length).SequenceEqual(first, StringComparer.Ordinal),
            $"attempt {attempt.Number} does not begin with {string.Join(", ", first)}"
        );
        expect(
            attempt.Order.TakeLast(last.Length).SequenceEqual(last, StringComparer.Ordinal),
            $"attempt {attempt.Number} does not end with {string.Join(", ", last)}"
        );
        expect(
            attempt.Order.Distinct(StringComparer.Ordinal).Count() == attempt.Order.Length,
            $"a store is twice in the order of attempt {attempt.Number}"
        );
    }

    private static ImmutableArray<string> Known(ImmutableArray<string> named, Attempt attempt) =>
        [.. named.Where(s => attempt.Order.Contains(s, StringComparer.Ordinal))];
}
