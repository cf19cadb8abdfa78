using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Outcomes;
using Operator.Planning.Record;

namespace Operator.Planning.Steps;

/// <summary>
/// Which pods may go: folded ones of closed occasions, beyond the history that the user wants, and strays that have ended. A
/// name is not given up before a create that was sent late could arrive.
/// </summary>
internal static class Pruning
{
    public static ImmutableArray<ObservedPod> Prunable(Draft draft, PodIndex pods)
    {
        var prunable = ImmutableArray.CreateBuilder<ObservedPod>();
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            var kept = Kept(plan, draft.Spec.History);
            foreach (var occasion in plan.Occasions.Where(o => o.IsClosed && IsPastLateArrival(draft, o)))
            {
                prunable.AddRange(
                    occasion
                        .Entries.Where(e => !kept.Contains((occasion.Id, e.Index)))
                        .Select(e => pods.Find(flow, occasion, e))
                        .OfType<ObservedPod>()
                );
            }
        }
        prunable.AddRange(pods.Strays.Where(PodIndex.HasEnded));
        return [.. prunable.Where(p => p is { IsGone: false, IsDeleting: false })];
    }

    /// <summary>Forgets closed occasions whose pods are gone, but for the newest slot's: it needs no commit of its own.</summary>
    public static Draft Forget(Draft draft, PodIndex pods)
    {
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            var forgotten = plan
                .Occasions.Where(o =>
                    o.IsClosed
                    && !string.Equals(o.Id, plan.NewestSlot?.Id, StringComparison.Ordinal)
                    && IsPastLateArrival(draft, o)
                    && !o.Entries.Any(e => pods.Find(flow, o, e) is { IsGone: false })
                )
                .ToList();
            if (forgotten.Count > 0)
            {
                var updated = plan with { Occasions = plan.Occasions.RemoveRange(forgotten) };
                draft = draft with { Record = draft.Record.With(flow, updated) };
            }
        }
        return ForgetFlows(draft);
    }

    public static bool IsPastLateArrival(Draft draft, Occasion occasion) =>
        draft.Now > occasion.StartBy + draft.Seen.Limits.LateArrival;

    /// <summary>A flow that the spec no longer lists goes when nothing of it runs.</summary>
    private static Draft ForgetFlows(Draft draft)
    {
        var listed = draft.Spec.Flows.Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var gone = draft
            .Record.Plans.Where(p => !listed.Contains(p.Key) && p.Value.Entries.All(e => e.Result is not null))
            .Select(p => p.Key)
            .ToList();
        return gone.Count == 0
            ? draft
            : draft.Decide(
                draft.Record with
                {
                    Plans = draft.Record.Plans.RemoveRange(gone),
                    Ledgers = draft.Record.Ledgers.RemoveRange(gone),
                    Chunks = draft.Record.Chunks.RemoveRange(gone),
                    Outcomes = Timelines.Forget(draft.Record.Outcomes, gone),
                },
                $"flows {string.Join(", ", gone)} are no longer listed"
            );
    }

    private static HashSet<(string Occasion, int Index)> Kept(FlowPlan plan, HistoryLimits history)
    {
        var closed = plan.Occasions.Where(o => o.IsClosed).OrderByDescending(o => o.Slot).ToList();
        // What runs beside the schedule takes no slot's place: it stays as long as the slots around it.
        var oldest = closed.Where(o => o.Order is null).Take(history.Slots).LastOrDefault()?.Slot;
        var recent = closed.Where(o => o.Slot >= oldest).SelectMany(o => o.Entries.Select(e => (o.Id, e.Index)));
        var failed = closed
            .Where(o => !(o.Slot >= oldest))
            .SelectMany(o => o.Entries.Where(e => e.Result == RunResult.Failed).Select(e => (o.Id, e.Index)))
            .Take(history.FailedRuns);
        return [.. recent.Concat(failed)];
    }
}
