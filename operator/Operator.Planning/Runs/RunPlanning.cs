using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;
using Operator.Planning.Stores;

namespace Operator.Planning.Runs;

/// <summary>
/// Plans runs for each flow's newest slot, run-nows and catch-ups: which stores, when, on which arm, in which group, within
/// capacity.
/// </summary>
internal static class RunPlanning
{
    /// <summary>
    /// Stable runs that are due within this time are committed together, so that a spread slot needs few commits; each pod
    /// is still created at its own time. Candidate runs are not planned ahead: when an attempt ends, their stores would
    /// lose the sync.
    /// </summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(5);

    public static Draft Extend(Draft draft, PodIndex pods, WaitingStores waiting)
    {
        if (draft.Spec.Suspend || draft.Seen.HasNoRoomForPods || draft.Record.Stable is null)
        {
            return draft;
        }
        foreach (var flow in draft.Spec.Flows)
        {
            draft = Extend(draft, flow, pods, waiting);
        }
        return draft;
    }

    public static string RevisionOf(Draft draft, Arm arm) =>
        arm == Arm.Candidate
            ? draft.Record.RunningAttempt!.Revision // stores are candidates only while an attempt runs
            : draft.Record.Revisions.StableHash!; // checked before planning starts

    private static Draft Extend(Draft draft, Flow flow, PodIndex pods, WaitingStores waiting)
    {
        foreach (var id in draft.Record.Plan(flow.Name).Plannable.Select(o => o.Id).ToList())
        {
            var occasion = draft.Record.Plan(flow.Name).Find(id)!; // listed one line above
            var owed = waiting.Of(draft, flow.Name, occasion);
            if (owed.IsEmpty)
            {
                continue;
            }
            draft = WithChunks(draft, flow);
            var plan = draft.Record.Plan(flow.Name);
            var turn = new Turn(flow, plan, occasion)
            {
                Waiting = owed,
                Busy = draft.Effective.Accounts.WithSharers(
                    pods.BusyStores(flow.Name, plan, draft.Seen),
                    FormerAccounts.OfLive(draft.Record, flow.Name)
                ),
                LiveStrays = pods.LiveStrays(flow.Name, draft.Seen),
                Holds = waiting.HoldsOf(draft, flow.Name),
                Waits = Waits.Of(draft.Record.Ledger(flow.Name), plan, occasion),
            };
            turn = turn with { Room = Places.Of(draft, turn, waiting), Retries = RetryWaits.Of(draft, turn, pods) };
            draft = Extend(CommitWaits(draft, turn), turn);
        }
        return draft;
    }

    /// <summary>A restart, and the next plan, must know when the runs ended for whose end stores wait.</summary>
    private static Draft CommitWaits(Draft draft, Turn turn) =>
        draft.Folded.Any(f =>
            f.Flow == turn.Flow.Name && f.Occasion.Id == turn.Occasion.Id && turn.Retries.CountFrom(f.Entry)
        )
            ? draft.Decide(draft.Record, $"stores of '{turn.Flow.Name}' wait for another try on {turn.Occasion.Id}")
            : draft;

    private static Draft Extend(Draft draft, Turn turn)
    {
        var flow = turn.Flow;
        var probing = Probing.Of(draft, turn);
        var groups = Groups(draft, turn, probing);
        draft = draft.Await(groups.Select(PlannedAt).Where(at => at > draft.Now).Concat(turn.Retries.Ends));
        draft = probing.Next is { } next ? draft.Await([next]) : draft;
        var entries = Choose(draft, turn, groups);
        if (entries.IsEmpty)
        {
            return draft;
        }
        var extended = turn.Occasion with { Entries = turn.Occasion.Entries.AddRange(entries) };
        var updated = turn.Plan with { Occasions = turn.Plan.Occasions.Replace(turn.Occasion, extended) };
        return draft.Decide(
            probing.After(draft.Record, turn, entries, draft.Now).With(flow.Name, updated) with
            {
                Quotas = turn.Holds.Gate.After(entries.SelectMany(e => e.Stores)),
            },
            $"{entries.Length} runs of '{flow.Name}' for {entries.Sum(e => e.Stores.Length)} stores on {turn.Occasion.Id}"
        );
    }

    /// <summary>
    /// The chunks follow from the committed book and the stores, so they need no commit before a run is planned.
    /// </summary>
    private static Draft WithChunks(Draft draft, Flow flow)
    {
        var book = draft.Record.ChunksOf(flow.Name);
        var settled = Chunking.Settle(book, draft.Roster, flow.MaxStoresPerRun);
        bool IsListed(string store) => draft.Roster.Find(store) is not null;
        var plan = Isolations.Forget(draft.Record.Plan(flow.Name), IsListed);
        var ledger = StoreLedgers.Forget(draft.Record.Ledger(flow.Name), plan, IsListed);
        return draft with
        {
            Record = draft.Record.With(flow.Name, settled).With(flow.Name, plan).With(flow.Name, ledger),
        };
    }

    /// <summary>A probe runs alone, at its own due time. There is one pilot at most.</summary>
    private static List<RunGroup> Groups(Draft draft, Turn turn, Probing probing)
    {
        var admitted = Admitted(draft, turn, probing);
        var groups = RunGroups.Of(draft, turn, admitted.RemoveAll(probing.Stores.Contains)).ToList();
        if (!probing.Stores.IsEmpty)
        {
            var probes = RunGroups.Of(draft, turn, admitted.RemoveAll(s => !probing.Stores.Contains(s))).ToList();
            groups.AddRange(probes.Where(p => !(p.IsPilot && groups.Exists(g => g.IsPilot))));
        }
        return groups;
    }

    /// <summary>When calls are scarce, the stores that were served longest ago get them.</summary>
    private static ImmutableArray<string> Admitted(Draft draft, Turn turn, Probing probing)
    {
        var wanted = turn.Waiting.Where(s => turn.IsFree(s) && !turn.Holds.IsPaused(s, probing.Stores));
        var accounts = draft.Effective.Accounts;
        var free = accounts.Exist ? accounts.OneOfEach(wanted, AccountTurns.Of(draft, turn)) : wanted;
        var ordered = turn.Holds.AreCallsFree ? free : free.OrderBy(turn.Waits.ServedLast);
        return [.. turn.Holds.Admit(ordered, probing.Stores)];
    }

    private static DateTimeOffset PlannedAt(RunGroup group) =>
        group.Arm == Arm.Candidate ? group.DueAt : group.DueAt - Ahead;

    /// <summary>
    /// Chooses groups by longest wait, within capacity. A group that was served in the last slot leaves a place for each
    /// group that was not, even for one that is due later. While such a group is already too late, served groups do not
    /// run. So no store misses two slots in a row while another runs in both.
    /// </summary>
    private static ImmutableArray<Entry> Choose(Draft draft, Turn turn, List<RunGroup> groups)
    {
        var live = turn.Plan.Entries.Where(e => e.Result is null).ToList();
        var room = turn.Room;
        var isolatedRoom = Isolations.Places(turn.Flow.MaxConcurrentRuns) - live.Count(e => e.IsIsolated);
        var starving = groups.Where(g => g is { IsStarving: true, IsIsolated: false }).ToList();
        var places = starving.Count + turn.Retries.PlacesKept(turn.Waits);
        var isOneTooLate = starving.Exists(g => draft.Now > g.StartBy);
        var entries = ImmutableArray.CreateBuilder<Entry>();
        var due = groups.Where(g => PlannedAt(g) <= draft.Now && draft.Now <= g.StartBy);
        foreach (var group in due.OrderByDescending(g => g.IsPilot).ThenBy(g => g.ServedLast).ThenBy(g => g.DueAt))
        {
            var isBehind = !group.IsStarving && (isOneTooLate || room <= places);
            if (room <= 0 || isBehind || (group.IsIsolated && isolatedRoom <= 0))
            {
                continue;
            }
            room--;
            isolatedRoom -= group.IsIsolated ? 1 : 0;
            places -= group is { IsStarving: true, IsIsolated: false } ? 1 : 0;
            entries.Add(EntryOf(draft, turn, group, turn.Occasion.Entries.Length + entries.Count));
        }
        return entries.ToImmutable();
    }

    private static Entry EntryOf(Draft draft, Turn turn, RunGroup group, int index)
    {
        var ledger = draft.Record.Ledger(turn.Flow.Name);
        var attempt = group.Arm == Arm.Candidate ? draft.Record.RunningAttempt : null;
        var opened = Expiry.AsOpened(turn.Flow, turn.Occasion);
        return new Entry
        {
            Index = index,
            Stores = group.Stores,
            Revision = RevisionOf(draft, group.Arm),
            Arm = group.Arm,
            Attempt = attempt?.Number ?? 0,
            Stage = attempt?.Stage ?? 0,
            IsPilot = group.IsPilot,
            IsIsolated = group.IsIsolated,
            IsRedo = group.Stores.Any(s => Debts.IsOwed(ledger, s)),
            NotBefore = group.DueAt > draft.Now ? group.DueAt : null,
            StartBy = group.IsPilot ? PilotTime.CreateBy(group, draft.Seen) : group.StartBy,
            Promised = turn.Holds.Gate.Promise,
            PromisedAt = turn.Holds.Gate.CountsDays ? draft.Now : null,
            Deadline = group.StartBy + opened.StartTimeout.Value + opened.Timeout.Value,
        };
    }
}
