using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Output;

/// <summary>
/// Pods that may be deleted: folded pods of closed occasions beyond <c>spec.history</c>, or up to
/// <see cref="Observation.PruneUpTo"/>, and ended strays. A pod stays until a late create of the same name can no longer arrive.
/// </summary>
internal static class Prunable
{
    public static ImmutableArray<ObservedPod> Pods(Draft draft, PodIndex pods)
    {
        var prunable = ImmutableArray.CreateBuilder<ObservedPod>();
        foreach (var (flow, plan) in draft.Record.Plans)
        {
            var kept = Kept(plan, draft.Spec.History);
            foreach (var occasion in plan.Occasions.Where(o => o.IsClosed && draft.Seen.IsPastLateArrival(o)))
            {
                bool IsKept(Entry entry, ObservedPod pod) =>
                    kept.Contains((occasion.Id, entry.Index)) && !(pod.CreatedAt <= draft.Seen.PruneUpTo);
                prunable.AddRange(
                    occasion
                        .Entries.Select(e => pods.Find(flow, occasion, e) is { } pod && !IsKept(e, pod) ? pod : null)
                        .OfType<ObservedPod>()
                );
            }
        }
        prunable.AddRange(pods.Strays.Where(PodIndex.HasEnded));
        return [.. prunable.Where(p => p is { IsGone: false, IsDeleting: false })];
    }

    /// <summary>
    /// Pods of folded runs in which only sidecars still run, as soon as a late create of the same name can no longer arrive: each keeps a
    /// place of the namespace's ResourceQuota, for which other runs wait.
    /// </summary>
    public static IEnumerable<ObservedPod> KeptBySidecars(Draft draft, PodIndex pods) =>
        draft
            .Record.Plans.SelectMany(plan =>
                plan.Value.Occasions.SelectMany(occasion =>
                    occasion
                        .Entries.Where(e => e.Result is not null)
                        .Select(e => (Entry: e, Pod: pods.Find(plan.Key, occasion, e)))
                )
            )
            .Where(run => run.Pod is { IsKeptBySidecar: true, IsGone: false, IsDeleting: false })
            .Where(run => draft.Now > NeededUntil(draft, run.Entry, run.Pod!)) // only pods are left
            .Select(run => run.Pod!);

    /// <summary>Until when a pod that only sidecars keep alive stays.</summary>
    public static DateTimeOffset NeededUntil(Draft draft, Entry entry, ObservedPod pod) =>
        pod.HasOnlyNativeSidecars
            ? entry.StartBy + draft.Seen.Limits.LateArrival
            : draft.Seen.LastArrival(entry, pod.Name, pod.CreatedAt);

    private static HashSet<(string Occasion, int Index)> Kept(FlowPlan plan, HistoryLimits history)
    {
        var closed = plan.Occasions.Where(o => o.IsClosed).OrderByDescending(o => o.Slot).ToList();
        // Run-nows and catch-ups do not count as slots: their pods stay as long as those of the slots around them.
        var oldest = closed.Where(o => o.Order is null).Take(history.Slots).LastOrDefault()?.Slot;
        var recent = closed.Where(o => o.Slot >= oldest).SelectMany(o => o.Entries.Select(e => (o.Id, e.Index)));
        var failed = closed
            .Where(o => !(o.Slot >= oldest))
            .SelectMany(o => o.Entries.Where(e => e.Result == RunResult.Failed).Select(e => (o.Id, e.Index)))
            .Take(history.FailedRuns);
        return [.. recent.Concat(failed)];
    }
}
