using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// Tells a local failure from a general one, by the runs of one revision on one occasion. A failure is local when at least half
/// of the other runs did their work, or when there is no other run. See decision 0028.
/// </summary>
internal sealed class FailureScope
{
    private readonly ILookup<string, Entry> _byStore;
    private readonly ImmutableArray<string> _split;
    private readonly int _well;
    private readonly int _badly;

    private FailureScope(IReadOnlyList<Entry> runs, ImmutableArray<string> split)
    {
        _byStore = runs.SelectMany(e => e.Stores.Select(s => (Store: s, Run: e)))
            .ToLookup(p => p.Store, p => p.Run, StringComparer.Ordinal);
        _split = split;
        var first = runs.Where(IsFirst).ToList();
        _well = first.Count(IsWell);
        _badly = first.Count(IsBad);
    }

    /// <param name="occasion">The occasion, open or closed.</param>
    /// <param name="revision">Only its runs count.</param>
    /// <param name="split">Stores that run in small groups because of <see cref="GeneralFailure.Split"/>.</param>
    public static FailureScope Of(Occasion occasion, string revision, ImmutableArray<string> split) =>
        new([.. occasion.Entries.Where(e => e.Revision == revision && !e.Stores.IsEmpty)], split);

    /// <summary>
    /// As far as is known now. The other runs are the largest ones that have no store of the failed run: tries of a part of
    /// another run do not count besides it.
    /// </summary>
    public bool IsLocal(Entry failed)
    {
        var kin = With(failed.Stores).Where(IsFirst).ToList();
        var parts = PartsBeside(failed, kin);
        var well = _well - kin.Count(IsWell) + parts.Count(IsWell);
        var badly = _badly - kin.Count(IsBad) + parts.Count(IsBad);
        return well >= badly || HasGoodSibling(failed);
    }

    /// <summary>The largest parts of these runs that have no store of the failed run.</summary>
    private List<Entry> PartsBeside(Entry failed, List<Entry> kin)
    {
        var parts = new List<Entry>();
        foreach (var run in With(kin.SelectMany(e => e.Stores)).Where(e => !IsFirst(e)).OrderBy(e => e.Index))
        {
            if (!Overlap(run, failed) && !parts.Exists(p => IsPart(run, p.Stores)))
            {
                parts.Add(run);
            }
        }
        return parts;
    }

    /// <summary>
    /// The failed run is a part of a group that was split, and another part of the group did its work. So the cause is not the
    /// same for all stores, however many other runs failed.
    /// </summary>
    private bool HasGoodSibling(Entry failed) =>
        With(failed.Stores)
            .Where(e => e.Index != failed.Index && e.Result == RunResult.Failed)
            .Select(e => e.Stores)
            .Append(_split)
            .Any(group => IsPart(failed, group) && With(group).Any(e => IsGoodPart(e, group) && !Overlap(e, failed)));

    /// <summary>
    /// The run did its work, or nothing else is known: it is live, it ended badly only after its last store, or it failed and a
    /// later try of some of its stores did their work, so that single stores are the cause.
    /// </summary>
    private bool IsWell(Entry run) =>
        run.Result is null or RunResult.Succeeded
        || (run.Result == RunResult.Failed && (run.NotReached.IsEmpty || HasGoodPart(run)));

    /// <summary>Runs that the cluster broke off say nothing.</summary>
    private bool IsBad(Entry run) => run.Result == RunResult.Failed && !IsWell(run);

    private bool HasGoodPart(Entry run) => With(run.Stores).Any(e => e.Index > run.Index && IsGoodPart(e, run.Stores));

    private static bool IsGoodPart(Entry run, ImmutableArray<string> group) =>
        run.Result == RunResult.Succeeded && IsPart(run, group);

    /// <summary>The run is no later try of a part of another run. A run that the cluster broke off was no try.</summary>
    private bool IsFirst(Entry run) =>
        !_byStore[run.Stores[0]].Any(e => e.Index < run.Index && e.IsEvidence && IsPart(run, e.Stores));

    private IEnumerable<Entry> With(IEnumerable<string> stores) =>
        stores.SelectMany(s => _byStore[s]).DistinctBy(e => e.Index);

    private static bool IsPart(Entry run, ImmutableArray<string> group) =>
        run.Stores.Length <= group.Length && run.Stores.All(s => group.Contains(s, StringComparer.Ordinal));

    private static bool Overlap(Entry a, Entry b) => a.Stores.Any(s => b.Stores.Contains(s, StringComparer.Ordinal));
}
