using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>How often each store was tried on an occasion, and with which result.</summary>
internal sealed class Tries
{
    /// <summary>A store that reports more work runs again at most this often in one occasion.</summary>
    internal const int MostMore = 20;

    private readonly Dictionary<string, Past> _byStore = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FailureScope> _scopes = new(StringComparer.Ordinal);
    private readonly Dictionary<int, bool> _local = [];
    private readonly ConnectorRecord _record;
    private readonly FlowPlan _plan;
    private readonly Occasion _occasion;

    private Tries(ConnectorRecord record, FlowPlan plan, Occasion occasion) =>
        (_record, _plan, _occasion) = (record, plan, occasion);

    /// <summary>
    /// A store's last entry, and how many of its tries failed, were broken off from outside, left more work, or ended before they
    /// reached the store. <paramref name="Left"/> is the last run that failed before it reached the store; null: a later run did.
    /// </summary>
    private readonly record struct Past(
        Entry Last,
        Entry? Left,
        int Failed,
        int BrokenOff,
        int More,
        ImmutableArray<Entry> LeftBehind
    )
    {
        /// <summary>When the first try ended that did not do the store's work; null: none did.</summary>
        public DateTimeOffset? Since { get; init; }

        public static Past None(Entry entry) => new(entry, Left: null, 0, 0, 0, []);
    }

    /// <summary>The tries of a store that did not do its work: the last of them, how many count, and when the first one ended.</summary>
    public readonly record struct Failures(Entry Last, int Count, DateTimeOffset Since);

    private enum Ending
    {
        /// <summary>The run is live or the store is done: no new try.</summary>
        Final,
        Failed,
        BrokenOff,
        More,

        /// <summary>A run of several stores failed before it reached this store: not this store's fault.</summary>
        LeftBehind,
    }

    /// <param name="record">As new runs see it: <see cref="Drafts.Draft.Followed"/>.</param>
    /// <param name="flow">The flow's name.</param>
    /// <param name="occasion">The occasion, with all its runs so far.</param>
    public static Tries Of(ConnectorRecord record, string flow, Occasion occasion)
    {
        var tries = new Tries(record, record.Plan(flow), occasion);
        foreach (var entry in occasion.Entries)
        {
            foreach (var store in entry.Stores)
            {
                var past = tries._byStore.TryGetValue(store, out var known) ? known : Past.None(entry);
                var ending = EndingOf(entry, store);
                tries._byStore[store] = new Past(
                    entry,
                    LeftBy(entry, store, past.Left),
                    past.Failed + (ending == Ending.Failed ? 1 : 0),
                    past.BrokenOff + (ending == Ending.BrokenOff ? 1 : 0),
                    past.More + (ending == Ending.More ? 1 : 0),
                    ending == Ending.LeftBehind ? past.LeftBehind.Add(entry) : past.LeftBehind
                )
                {
                    Since = past.Since ?? (ending is Ending.Final or Ending.More ? null : entry.EndedAt),
                };
            }
        }
        return tries;
    }

    /// <summary>
    /// Whether the store still needs a run. A new try needs the end of the last one: a run whose pod was never seen is not
    /// tried again. A store that was reported before its run was cut short is done.
    /// </summary>
    public bool OwesRun(string store) =>
        !_byStore.TryGetValue(store, out var past)
        || EndingOf(past.Last, store) switch
        {
            Ending.Final => false,
            Ending.Failed => past.Failed <= _occasion.Retries,
            // Until startBy: a cause outside the worker ends by itself, and the waits between the tries grow.
            Ending.BrokenOff => true,
            Ending.More => past.More <= MostMore,
            // After a local failure each try halves the group, so the tries end by themselves. A general failure costs a
            // retry: the same group would fail again.
            Ending.LeftBehind => !CostsRetry(past.Last)
                || past.Failed + past.LeftBehind.Count(CostsRetry) <= _occasion.Retries,
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>
    /// The failures after which the store waits for its next try; null: it need not wait. Work that is left to do, and the parts of a group
    /// that is split, come at once.
    /// </summary>
    public Failures? AfterFailure(string store)
    {
        if (!_byStore.TryGetValue(store, out var past))
        {
            return null;
        }
        var waits = EndingOf(past.Last, store) switch
        {
            Ending.Failed or Ending.BrokenOff => true,
            Ending.LeftBehind => CostsRetry(past.Last),
            _ => false,
        };
        return waits && (past.Since ?? past.Last.EndedAt) is { } since
            ? new Failures(past.Last, past.Failed + past.BrokenOff + past.LeftBehind.Count(CostsRetry), since)
            : null;
    }

    /// <summary>
    /// The most stores of the next run with this store: half of the run that failed before it reached the store, when that failure is
    /// local. Null: any number.
    /// </summary>
    public int? SizeOf(string store, string revision) =>
        _byStore.TryGetValue(store, out var past) && past.Left is { } left && left.Revision == revision && IsLocal(left)
            ? Isolations.HalfOf(left.Stores.Length)
            : null;

    private bool CostsRetry(Entry leftBehind) => !IsOutdated(leftBehind) && !IsLocal(leftBehind);

    /// <summary>No new run has this revision, so its failure says nothing about the next run.</summary>
    private bool IsOutdated(Entry run) =>
        run.Revision != _record.Revisions.StableHash && run.Revision != _record.RunningAttempt?.Revision;

    private bool IsLocal(Entry failed)
    {
        if (!_local.TryGetValue(failed.Index, out var isLocal))
        {
            isLocal = ScopeOf(failed.Revision).IsLocal(failed);
            _local[failed.Index] = isLocal;
        }
        return isLocal;
    }

    private FailureScope ScopeOf(string revision)
    {
        if (!_scopes.TryGetValue(revision, out var scope))
        {
            scope = FailureScope.Of(_occasion, revision, _plan.GeneralFailureOf(revision)?.Split ?? []);
            _scopes[revision] = scope;
        }
        return scope;
    }

    /// <summary>A run that the cluster broke off changes nothing.</summary>
    private static Entry? LeftBy(Entry entry, string store, Entry? before) =>
        !entry.IsEvidence ? before
        : entry.Result == RunResult.Failed && entry.NotReached.Contains(store, StringComparer.Ordinal) ? entry
        : null;

    private static Ending EndingOf(Entry entry, string store)
    {
        var isReached = !entry.NotReached.Contains(store, StringComparer.Ordinal);
        return entry.Result switch
        {
            RunResult.Infra or RunResult.NotStarted when !isReached => Ending.BrokenOff,
            RunResult.Failed when !isReached && entry.Stores.Length > 1 => Ending.LeftBehind,
            RunResult.Failed or RunResult.Succeeded when !isReached => Ending.Failed,
            null or RunResult.Lost => Ending.Final,
            _ when entry.FailedStores.Contains(store, StringComparer.Ordinal) => Ending.Failed,
            _ when entry.MoreStores.Contains(store, StringComparer.Ordinal) => Ending.More,
            _ => Ending.Final,
        };
    }
}
