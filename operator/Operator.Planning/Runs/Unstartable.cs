using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Runs;

/// <summary>
/// A due time of which no container has started, because of the version or of what the spec names: known from what the kubelets say
/// of the waiting pods, long before the start timeout is over.
/// </summary>
internal static class Unstartable
{
    /// <summary>Tries for so long that all end for a cause outside the worker are worth a word before the due time is over.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(7);

    /// <summary>The first flow's problem; null: there is none, or nothing is known yet.</summary>
    public static RoundProblem? Of(Draft draft, PodIndex pods) =>
        draft
            .Spec.Flows.Where(f => !(draft.Suspended.HeldUntil(f.Name) > draft.Now))
            .Select(f => Of(draft, f.Name, pods))
            .FirstOrDefault(p => p is not null);

    /// <summary>The newest open due time of which anything is known decides.</summary>
    private static RoundProblem? Of(Draft draft, string flow, PodIndex pods)
    {
        foreach (
            var slot in draft.Record.Plan(flow).Occasions.Reverse().Where(o => o is { Order: null, IsClosed: false })
        )
        {
            if (Futile(draft, flow, slot, pods) is { } futile)
            {
                return futile;
            }
            var sights = new List<Sight>();
            foreach (var sight in Sights(flow, slot, pods, draft.Record.Revisions.StableHash))
            {
                if (sight.HasStarted)
                {
                    return null;
                }
                sights.Add(sight);
            }
            if (sights.Find(s => s.IsOwnFault) is { } first)
            {
                return sights.TrueForAll(s => s.IsOwnFault || s.IsAgain)
                    ? Problem(draft, flow, first, "no container of the due time has started")
                    : null;
            }
        }
        return null;
    }

    /// <summary>The cluster has ended all runs on stable before they reached a store, try after try; null: it has not.</summary>
    private static RoundProblem? Futile(Draft draft, string flow, Occasion slot, PodIndex pods)
    {
        var present = draft.Record.Revisions.StableHash;
        var stable = slot.Entries.Where(e => e.Arm == Arm.Stable && e.Revision == present).ToList();
        var ended = stable.Where(e => e.Result is not null).ToList();
        var isFutile =
            ended.Count >= FutileRuns.MostInARow
            && ended.Count * 2 >= stable.Count // others may be about to start
            && ended.TrueForAll(e => e.ReachedNothing && !ContainerWaits.IsOwnFault(e.Reason))
            && ended.Max(e => e.EndedAt) - ended.Min(e => e.EndedAt) >= LongEnough
            && !stable.Exists(e => e.Result is null && FutileRuns.HasStarted(flow, slot, e, pods));
        return isFutile
            ? Problem(draft, flow, new Sight(ended[0], Pod: null), "no run of the due time has reached a store")
            : null;
    }

    /// <summary>What is known of one run.</summary>
    private sealed record Sight(Entry Entry, ObservedPod? Pod)
    {
        /// <summary>Its stores have been in a run that could not start.</summary>
        public bool IsAgain { get; init; }

        public bool HasStarted =>
            Entry.Result is null
                ? Pod is not { Container: ContainerSight.Waiting }
                : !ContainerWaits.IsBeforeStart(Entry.Reason);

        public string? Reason =>
            Entry.Reason ?? Entry.WaitingReason ?? (Pod is null ? null : ContainerWaits.ReasonOf(Pod));

        public string? Detail => Entry.Detail ?? (Pod is null ? null : ContainerWaits.DetailOf(Pod));

        public bool IsOwnFault => ContainerWaits.IsOwnFault(Reason);
    }

    /// <summary>
    /// The runs on the present stable whose pods were seen, or that have ended. A candidate that can't start is told by its rollout, and its stores
    /// run on stable. A run without a pod is about to be created.
    /// </summary>
    private static IEnumerable<Sight> Sights(string flow, Occasion slot, PodIndex pods, string? stable)
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in slot.Entries.Where(e => e.Arm == Arm.Stable && e.Revision == stable))
        {
            var pod = entry.Result is null ? pods.Find(flow, slot, entry) : null;
            if (entry.Result is null && pod is null)
            {
                continue;
            }
            yield return new Sight(entry, pod) { IsAgain = entry.Stores.All(failed.Contains) };
            failed.UnionWith(entry.Result is not null && ContainerWaits.IsOwnFault(entry.Reason) ? entry.Stores : []);
        }
    }

    private static RoundProblem Problem(Draft draft, string flow, Sight first, string what)
    {
        var image = draft.Record.Revisions.Find(first.Entry.Revision)?.Sync.Image;
        var words = RoundProblems.Words(
            first.Reason,
            first.Detail is "" ? null : first.Detail,
            first.Entry.Stores.Length
        );
        return new RoundProblem
        {
            Reason = first.Reason ?? Reasons.NotStarted,
            Message = $"flow '{flow}', revision {first.Entry.Revision} ({image}), {what}: {words}",
            IsTotal = true,
        };
    }
}
