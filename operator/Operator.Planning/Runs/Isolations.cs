using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// Protects stores from a neighbour that crashes the worker: after a local failure the stores that the run did not reach run in
/// groups of half its size, down to one. Each clean occasion doubles the size again. A store that always runs alone has no
/// neighbours, so its crash isolates nobody. After a general failure nobody is isolated. See decision 0028.
/// </summary>
internal static class Isolations
{
    /// <summary>A general failure in so many slots in a row splits one run in the next slot all the same.</summary>
    private const int MostGeneral = 3;

    public static int HalfOf(int stores) => Math.Max(1, stores / 2);

    /// <summary>How many runs of small groups may be live at once: a quarter of all runs.</summary>
    public static int Places(int maxConcurrentRuns) => Math.Max(1, maxConcurrentRuns / 4);

    /// <summary>The stores that run in small groups.</summary>
    public static HashSet<string> Stores(FlowPlan plan) =>
        plan
            .Isolated.Select(i => i.Store)
            .Concat(plan.GeneralFailures.SelectMany(f => f.Split))
            .ToHashSet(StringComparer.Ordinal);

    /// <summary>
    /// The plan after the occasion has closed. Then every other run has ended, so it is known whether a failure was local.
    /// </summary>
    public static FlowPlan After(FlowPlan plan, Occasion closed, IsolationRules rules)
    {
        var current = plan with
        {
            Isolated = plan.Isolated.RemoveAll(i => !rules.IsCurrent(i.Revision)),
            GeneralFailures = plan.GeneralFailures.RemoveAll(f => !rules.IsCurrent(f.Revision)),
        };
        return closed
            .Entries.Where(e => e.IsEvidence && rules.IsCurrent(e.Revision))
            .Select(e => e.Revision)
            .Distinct(StringComparer.Ordinal)
            .Aggregate(current, (p, revision) => After(p, new Round(closed, revision, rules.MostStores)));
    }

    /// <summary>Removes stores that are no longer listed.</summary>
    public static FlowPlan Forget(FlowPlan plan, Func<string, bool> isListed) =>
        Stores(plan).All(isListed)
            ? plan
            : plan with
            {
                Isolated = plan.Isolated.RemoveAll(i => !isListed(i.Store)),
                GeneralFailures =
                [
                    .. plan.GeneralFailures.Select(f => f with { Split = f.Split.RemoveAll(s => !isListed(s)) }),
                ],
            };

    private sealed record Round(Occasion Closed, string Revision, int MostStores);

    private static FlowPlan After(FlowPlan plan, Round round)
    {
        var before = plan.GeneralFailureOf(round.Revision);
        var runs = round.Closed.Entries.Where(e => e.IsEvidence && e.Revision == round.Revision).ToList();
        if (plan.Isolated.IsEmpty && before is null && runs.TrueForAll(e => e.Result == RunResult.Succeeded))
        {
            return plan;
        }
        var last = new Dictionary<string, Entry>(StringComparer.Ordinal);
        foreach (var (store, run) in runs.SelectMany(e => e.Stores.Select(s => (s, e))))
        {
            last[store] = run;
        }
        var scope = FailureScope.Of(round.Closed, round.Revision, before?.Split ?? []);
        var local = runs.Where(e => e.Result == RunResult.Failed && scope.IsLocal(e)).Select(e => e.Index).ToHashSet();
        var isolated = Isolate(plan, round, last, local);
        if (round.Closed.Order is not null)
        {
            return plan with { Isolated = isolated };
        }
        var general = last.Where(l =>
                IsLeftBehind(l.Key, l.Value) && l.Value.Stores.Length > 1 && !local.Contains(l.Value.Index)
            )
            .Select(l => l.Value)
            .DistinctBy(e => e.Index)
            .ToList();
        var others = plan.GeneralFailures.RemoveAll(f => f.Revision == round.Revision);
        return plan with
        {
            Isolated = isolated,
            GeneralFailures = general.Count == 0 ? others : others.Add(Next(before, general, round.Revision)),
        };
    }

    private static ImmutableArray<Isolation> Isolate(
        FlowPlan plan,
        Round round,
        Dictionary<string, Entry> last,
        HashSet<int> local
    )
    {
        var kept = plan.Isolated.Where(i => i.Revision != round.Revision).ToList();
        var ours = plan
            .Isolated.Where(i => i.Revision == round.Revision)
            .ToDictionary(i => i.Store, i => i.Size, StringComparer.Ordinal);
        // A store that always runs alone has no neighbours to protect.
        var hasNeighbours = round
            .Closed.Entries.Where(e => e.Revision == round.Revision && e.Stores.Length > 1)
            .SelectMany(e => e.Stores)
            .Concat(ours.Keys)
            .Concat(plan.GeneralFailureOf(round.Revision)?.Split ?? [])
            .ToHashSet(StringComparer.Ordinal);
        foreach (var (store, run) in last)
        {
            var isLeft = IsLeftBehind(store, run);
            if (isLeft && local.Contains(run.Index) && hasNeighbours.Contains(store))
            {
                ours[store] = HalfOf(run.Stores.Length);
            }
            else if (!isLeft && run.Result == RunResult.Succeeded && ours.TryGetValue(store, out var size))
            {
                ours[store] = size * 2;
            }
        }
        kept.AddRange(
            ours.Where(i => i.Value < round.MostStores)
                .Select(i => new Isolation
                {
                    Store = i.Key,
                    Revision = round.Revision,
                    Size = i.Value,
                })
        );
        return [.. kept.OrderBy(i => i.Store, StringComparer.Ordinal).ThenBy(i => i.Revision, StringComparer.Ordinal)];
    }

    /// <summary>The run failed before it reached the store. A store that a good run left out hurts nobody.</summary>
    private static bool IsLeftBehind(string store, Entry run) =>
        run.Result == RunResult.Failed && run.NotReached.Contains(store, StringComparer.Ordinal);

    private static GeneralFailure Next(GeneralFailure? before, List<Entry> general, string revision)
    {
        var failure = new GeneralFailure { Revision = revision, InARow = (before?.InARow ?? 0) + 1 };
        return failure.InARow < MostGeneral
            ? failure
            : Split(failure, before?.Split ?? [], before?.Round ?? 0, general);
    }

    /// <summary>
    /// Chooses the run that is split next, in the order of the runs' first stores. The groups of the run that was split last count
    /// as that run. Once every run has had its turn, the next round splits into smaller groups.
    /// </summary>
    private static GeneralFailure Split(
        GeneralFailure failure,
        ImmutableArray<string> lastSplit,
        int round,
        List<Entry> general
    )
    {
        var split = lastSplit.ToHashSet(StringComparer.Ordinal);
        var runs = general.Where(e => !split.IsSupersetOf(e.Stores)).Select(e => e.NotReached).ToList();
        if (runs.Count < general.Count)
        {
            runs.Add(lastSplit);
        }
        runs.Sort((a, b) => string.CompareOrdinal(a[0], b[0]));
        var isAfter = runs.FindIndex(r => lastSplit.IsEmpty || string.CompareOrdinal(r[0], lastSplit[0]) > 0);
        var (next, turn) = isAfter < 0 ? (runs[0], round + 1) : (runs[isAfter], round);
        return failure with { Split = next, Size = Math.Max(1, next.Length >> Math.Min(turn + 1, 16)), Round = turn };
    }
}

/// <summary>The flow's <c>maxStoresPerRun</c>, and whether new runs can have a revision.</summary>
internal sealed record IsolationRules(int MostStores, Func<string, bool> IsCurrent);
