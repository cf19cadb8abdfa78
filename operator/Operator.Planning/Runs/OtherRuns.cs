using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Stores;

namespace Operator.Planning.Runs;

/// <summary>
/// The runs that an occasion's stores waited for: runs of the same store, and runs that had taken the places. A run whose container
/// never started, because its image is missing or the API server refuses its pod, did no work: whoever waited for it waited for the
/// cluster. Whoever waited for a run on a lost node waited for the node.
/// </summary>
internal sealed class OtherRuns
{
    private readonly HashSet<string> _busy;
    private readonly HashSet<string> _stuck;
    private readonly HashSet<string> _onLostNode;
    private readonly HashSet<string> _isolated;
    private readonly MissCause? _crowded;
    private readonly MissCause? _full;

    private OtherRuns(Draft draft, string flow, Occasion occasion, IReadOnlyList<Other> runs)
    {
        var plan = draft.Record.Plan(flow);
        var listed = draft.Spec.FindFlow(flow);
        // A run of the occasion itself keeps only stores waiting that share an account with one of its stores.
        var before = runs.Where(r =>
                (IsBefore(r.Occasion, occasion) || r.Occasion.Id == occasion.Id)
                && WasLiveAt(r.Entry, FirstTooLate(occasion))
            )
            .ToList();
        var byState = before.ToLookup(r => r.State, r => r.Entry);
        var accounts = draft.Effective.Accounts;
        var former = FormerAccounts.Of(draft.Record.Stores.Former, flow, before.Select(r => (r.Occasion, r.Entry)));
        _busy = accounts.WithSharers(StoresOf(byState[State.Works]), former);
        _stuck = accounts.WithSharers(StoresOf(byState[State.NeverStarted]), former);
        _onLostNode = accounts.WithSharers(StoresOf(byState[State.OnLostNode]), former);
        _isolated = Isolations.Stores(plan);
        _crowded = listed is null
            ? null
            : Full(
                occasion,
                [.. runs.Where(r => r.Entry.IsIsolated)],
                Isolations.Places(listed.MaxConcurrentRuns)
            ) switch
            {
                MissCause.Capacity => MissCause.Isolation,
                var cause => cause,
            };
        _full = draft.Seen.HasNoRoomForPods ? MissCause.Capacity : Full(occasion, runs, listed?.MaxConcurrentRuns);
    }

    public static OtherRuns Of(Draft draft, string flow, Occasion occasion, PodIndex pods) =>
        new(
            draft,
            flow,
            occasion,
            [
                .. draft
                    .Record.Plan(flow)
                    .Occasions.SelectMany(o =>
                        o.Entries.Select(e => new Other(o, e, StateOf(draft, e, pods.Find(flow, o, e))))
                    ),
            ]
        );

    /// <summary>Why other runs kept the store from a run; null: they did not.</summary>
    public MissCause? CauseOf(string store) =>
        _onLostNode.Contains(store) ? MissCause.Node
        : _busy.Contains(store) ? MissCause.Concurrency
        : _stuck.Contains(store) ? MissCause.Infra
        : _crowded is { } crowded && _isolated.Contains(store) ? crowded
        : _full;

    /// <summary>When the occasion's first run became too late; the last run does at <see cref="Occasion.StartBy"/>.</summary>
    public static DateTimeOffset FirstTooLate(Occasion occasion) => occasion.StartBy - occasion.Spread;

    private sealed record Other(Occasion Occasion, Entry Entry, State State);

    private enum State
    {
        Works,
        NeverStarted,
        OnLostNode,
    }

    /// <summary>A run of an earlier slot, or of a run-now or a catch-up that opened before the occasion's runs were too late.</summary>
    private static bool IsBefore(Occasion other, Occasion occasion) =>
        other.Slot < occasion.Slot
        || (
            (other.Order is not null || occasion.Order is not null)
            && other.Id != occasion.Id
            && other.Slot <= FirstTooLate(occasion)
        );

    /// <summary>
    /// Capacity: all places were taken at the last instant for the first or for the last run. Node, infra: by runs of which some were on a
    /// lost node, or never started, else there would have been a place. Null: there was one.
    /// </summary>
    private static MissCause? Full(Occasion occasion, IReadOnlyList<Other> runs, int? places)
    {
        DateTimeOffset[] ends = [FirstTooLate(occasion), occasion.StartBy];
        bool IsFull(Func<State, bool> counts) =>
            ends.Any(end => runs.Count(r => counts(r.State) && WasLiveAt(r.Entry, end)) >= places);
        return IsFull(s => s == State.Works) ? MissCause.Capacity
            : IsFull(s => s != State.NeverStarted) ? MissCause.Node
            : IsFull(_ => true) ? MissCause.Infra
            : null;
    }

    private static State StateOf(Draft draft, Entry entry, ObservedPod? pod) =>
        LostNodes.IsOn(draft, entry, pod) ? State.OnLostNode
        : HasStarted(entry, pod) ? State.Works
        : State.NeverStarted;

    private static bool HasStarted(Entry entry, ObservedPod? pod) =>
        entry.Result switch
        {
            null => pod is { HasStarted: true },
            RunResult.NotStarted or RunResult.Lost => false,
            _ => !entry.IsUnstarted && !ContainerWaits.IsBeforeStart(entry.Reason),
        };

    private static HashSet<string> StoresOf(IEnumerable<Entry> entries) =>
        entries.SelectMany(e => e.Stores).ToHashSet(StringComparer.Ordinal);

    private static bool WasLiveAt(Entry entry, DateTimeOffset at) => entry.EndedAt is not { } ended || ended >= at;
}
