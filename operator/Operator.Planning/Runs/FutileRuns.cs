using System.Collections.Immutable;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>Runs of an occasion that ended for a cause outside the worker before they reached any store: they were no use.</summary>
internal static class FutileRuns
{
    /// <summary>So many futile runs in a row say that the next ones would fare alike.</summary>
    public const int MostInARow = 3;

    /// <summary>
    /// The newest runs of the revision, when all of them were futile; oldest first. Runs that have not started yet, and runs that nobody saw,
    /// say nothing.
    /// </summary>
    public static ImmutableArray<Entry> InARow(string flow, Occasion occasion, string revision, PodIndex pods)
    {
        bool HasSaid(Entry e) => e.Result is null ? HasStarted(flow, occasion, e, pods) : e.Result != RunResult.Lost;
        var row = occasion
            .Entries.Reverse()
            .Where(e => e.Revision == revision && HasSaid(e))
            .TakeWhile(e => e.ReachedNothing)
            .ToArray();
        Array.Reverse(row);
        return [.. row];
    }

    public static bool HasStarted(string flow, Occasion occasion, Entry entry, PodIndex pods) =>
        pods.Find(flow, occasion, entry) is { Container: not ContainerSight.Waiting };
}
