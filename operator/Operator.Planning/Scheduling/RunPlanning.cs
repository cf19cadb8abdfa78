using System.Collections.Frozen;
using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Quotas;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Scheduling;

/// <summary>Extends the plan of each flow's newest open occasion: who runs, in which arm, in which group, within capacity.</summary>
internal static class RunPlanning
{
    public static Draft Extend(Draft draft, PodIndex pods)
    {
        if (draft.Spec.Suspend || draft.Seen.IsAtFinishedPodsCap || draft.Record.Stable is null)
        {
            return draft;
        }
        foreach (var flow in draft.Spec.Flows)
        {
            draft = Extend(draft, flow, pods);
        }
        return draft;
    }

    /// <summary>Active stores that this occasion still owes a run, busy ones included.</summary>
    public static ImmutableArray<string> Waiting(Draft draft, string flow, Occasion occasion)
    {
        if (!IsPlannable(draft, draft.Record.Plan(flow), occasion))
        {
            return [];
        }
        var holds = StoreHolds.Of(draft, flow);
        return [.. Owed(draft.Spec, Tries.Of(occasion)).Where(s => !holds.Skips(occasion, s))];
    }

    private static ImmutableArray<string> Owed(ConnectorSpec spec, Tries tries) =>
        [.. Attempts.ActiveStores(spec).Where(tries.OwesRun)];

    private static bool IsPlannable(Draft draft, FlowPlan plan, Occasion occasion) =>
        !occasion.IsClosed && draft.Now <= occasion.StartBy && occasion == plan.Occasions[^1];

    private static Draft Extend(Draft draft, Flow flow, PodIndex pods)
    {
        var plan = draft.Record.Plan(flow.Name);
        if (plan.Occasions.IsEmpty)
        {
            return draft;
        }
        var occasion = plan.Occasions[^1];
        var busy = pods.BusyStores(flow.Name, plan);
        var due = LongestUnservedFirst(plan, Waiting(draft, flow.Name, occasion).Where(s => !busy.Contains(s)));
        var gate = QuotaGate.Of(draft, flow);
        var turn = new Turn(flow, plan, occasion, gate.Promise);
        var entries = Entries(draft, turn, [.. StoreHolds.Of(draft, flow.Name).Admit(due)]);
        if (entries.IsEmpty)
        {
            return draft;
        }
        var extended = occasion with { Entries = occasion.Entries.AddRange(entries) };
        var updated = plan with { Occasions = plan.Occasions.Replace(occasion, extended) };
        return draft.Decide(
            draft.Record.With(flow.Name, updated) with
            {
                Quotas = gate.After(entries.SelectMany(e => e.Stores)),
            },
            $"{entries.Length} runs of '{flow.Name}' for {entries.Sum(e => e.Stores.Length)} stores on {occasion.Id}"
        );
    }

    /// <summary>
    /// Where there is no room for all, a store that had no run in the last slots goes before those that had: else the same ones
    /// would wait for ever. Equals keep the order of the spec.
    /// </summary>
    private static ImmutableArray<string> LongestUnservedFirst(FlowPlan plan, IEnumerable<string> stores)
    {
        var served = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var occasion in plan.Occasions)
        {
            foreach (var store in occasion.Entries.SelectMany(e => e.Stores))
            {
                served[store] = occasion.Slot; // occasions are in order: the newest stays
            }
        }
        return [.. stores.OrderBy(s => served.GetValueOrDefault(s))];
    }

    private sealed record Turn(
        Flow Flow,
        FlowPlan Plan,
        Occasion Occasion,
        ImmutableSortedDictionary<string, int>? Promise
    );

    private sealed record Group(Arm Arm, ImmutableArray<string> Stores, bool IsIsolated = false, bool IsPilot = false);

    private static ImmutableArray<Entry> Entries(Draft draft, Turn turn, ImmutableArray<string> free)
    {
        var live = turn.Plan.Entries.Where(e => e.Result is null).ToList();
        var room = turn.Flow.MaxConcurrentRuns - live.Count;
        var isolatedRoom = Math.Max(1, turn.Flow.MaxConcurrentRuns / 4) - live.Count(e => e.IsIsolated);
        var entries = ImmutableArray.CreateBuilder<Entry>();
        foreach (var group in Groups(draft, turn, free))
        {
            if (room <= 0 || (group.IsIsolated && isolatedRoom <= 0))
            {
                continue;
            }
            room--;
            isolatedRoom -= group.IsIsolated ? 1 : 0;
            entries.Add(EntryOf(draft, turn, group, turn.Occasion.Entries.Length + entries.Count));
        }
        return entries.ToImmutable();
    }

    private static IEnumerable<Group> Groups(Draft draft, Turn turn, ImmutableArray<string> free)
    {
        var assignment = Assignment.Of(draft, turn.Occasion);
        var pilot =
            assignment.NeedsPilot(draft.Record) && !turn.Occasion.Entries.Any(e => e.IsPilot)
                ? assignment.Pilot(free.ToFrozenSet(StringComparer.Ordinal))
                : null;
        if (pilot is not null)
        {
            yield return new Group(Arm.Candidate, [pilot], IsPilot: true);
        }
        var others = free.Where(s => !string.Equals(s, pilot, StringComparison.Ordinal));
        foreach (var arm in others.GroupBy(assignment.ArmOf).OrderByDescending(g => g.Key))
        {
            var revision = RevisionOf(draft, arm.Key);
            var sizes = turn
                .Plan.Isolated.Where(i => string.Equals(i.Revision, revision, StringComparison.Ordinal))
                .ToFrozenDictionary(i => i.Store, i => i.Size, StringComparer.Ordinal);
            foreach (var size in arm.GroupBy(s => sizes.GetValueOrDefault(s)).OrderBy(g => g.Key))
            {
                var isIsolated = size.Key > 0;
                var most = isIsolated ? Math.Min(size.Key, turn.Flow.MaxStoresPerRun) : turn.Flow.MaxStoresPerRun;
                foreach (var chunk in size.Chunk(most))
                {
                    yield return new Group(arm.Key, [.. chunk], isIsolated);
                }
            }
        }
    }

    private static Entry EntryOf(Draft draft, Turn turn, Group group, int index)
    {
        var attempt = group.Arm == Arm.Candidate ? draft.Record.RunningAttempt : null;
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
            StartBy = turn.Occasion.StartBy,
            Promised = turn.Promise,
            Deadline = turn.Occasion.StartBy + turn.Flow.StartTimeout.Value + turn.Flow.Timeout.Value,
        };
    }

    private static string RevisionOf(Draft draft, Arm arm) =>
        arm == Arm.Candidate
            ? draft.Record.RunningAttempt!.Revision // stores are candidates only while an attempt runs
            : draft.Record.Revisions.StableHash!; // checked before planning starts
}
