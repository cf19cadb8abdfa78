using System.Collections.Immutable;

namespace Operator.Testing;

/// <summary>
/// Rules that must always hold, in a real cluster and in simulated worlds. The checks read only the pods and throw a
/// <see cref="BrokenInvariantException"/>.
/// </summary>
public static class Invariants
{
    /// <summary>
    /// A store has at most one run of a flow in a slot. Another run is allowed only as a retry: the run before has ended and
    /// <see cref="SeenRun.Owes"/> the store.
    /// </summary>
    public static void No_store_ran_twice_in_a_slot(IEnumerable<SeenRun> runs)
    {
        var tries = runs.SelectMany(r => r.Stores.Select(s => (Store: s, Run: r)))
            .GroupBy(t => (t.Run.Connector, t.Run.Flow, t.Run.Occasion, t.Store), t => t.Run);
        foreach (var ofStore in tries)
        {
            var inOrder = ofStore.OrderBy(r => r.FirstSeen).ToList();
            foreach (var (first, next) in inOrder.Zip(inOrder.Skip(1)))
            {
                var isRetry = first.EndSeen < next.FirstSeen && first.Owes(ofStore.Key.Store);
                Expect(isRetry, $"{ofStore.Key} ran twice:\n{first}\n{next}");
            }
        }
    }

    /// <summary>
    /// After a store's last candidate run has ended, the store runs stable in the next due slot.
    /// </summary>
    public static void Stores_ran_stable_in_their_next_slot(
        IEnumerable<SeenRun> runs,
        int attempt,
        string stable,
        TimeSpan period
    )
    {
        var all = runs.ToList();
        foreach (var last in LastRunsOf(all.Where(r => r.Attempt == attempt)))
        {
            var next = all.Where(r => r.Slot > last.Run.Slot && r.Stores.Contains(last.Store)).MinBy(r => r.Slot);
            var due =
                Math.Ceiling((last.EndSeenAt + Reaction).ToUnixTimeMilliseconds() / period.TotalMilliseconds)
                * period.TotalSeconds;
            var isInTime =
                next is { IsCandidate: false }
                && next.Image == stable
                && next.Slot <= Math.Max(due, last.Run.Slot + period.TotalSeconds);
            Expect(isInTime, $"{last.Store}, due in {due}, went from\n{last.Run}\nto\n{next}");
        }
    }

    /// <summary>Time that the operator takes to see a change of a pod and to plan.</summary>
    private static readonly TimeSpan Reaction = TimeSpan.FromSeconds(1);

    private static IEnumerable<(string Store, SeenRun Run, DateTimeOffset EndSeenAt)> LastRunsOf(
        IEnumerable<SeenRun> runs
    ) =>
        from run in runs
        where run.EndSeenAt is not null
        from store in run.Stores
        group run by store into ofStore
        let last = ofStore.MaxBy(r => r.Slot)
        select (ofStore.Key, last, last.EndSeenAt!.Value); // the where above drops null

    /// <summary>A store keeps the version of its first run on a due time, while the attempt runs: that is what its coin decides.</summary>
    public static void A_store_ran_one_version_on_a_due_time(IEnumerable<SeenRun> runs, int attempt)
    {
        var started = runs.Where(r => r.HasStarted && r.Occasion.StartsWith('s')).ToList();
        var last = started.Where(r => r.Attempt == attempt).Select(r => r.Slot).DefaultIfEmpty().Max();
        var byStore = started
            .Where(r => r.Slot < last)
            .SelectMany(r => r.Stores.Select(s => (Store: s, Run: r)))
            .GroupBy(r => (r.Run.Connector, r.Run.Flow, r.Run.Slot, r.Store), r => r.Run);
        foreach (var ofStore in byStore.Where(g => g.Any(r => r.Attempt == attempt)))
        {
            Expect(
                ofStore.All(r => r.Attempt == attempt),
                $"{ofStore.Key} ran two versions:\n{string.Join('\n', ofStore)}"
            );
        }
    }

    /// <summary>
    /// A candidate never reaches more stores than its step allows, and no step is shorter than its minimum duration. <paramref name="places"/>
    /// holds the number of stores and the minimum duration of each step. On the first due time of a step all new groups may stay on stable, so
    /// pods do not show when it began: all steps together last as long as all minima together, counted from the first slot of the candidate.
    /// </summary>
    public static void Spread_kept_its_steps(
        IEnumerable<SeenRun> candidateRuns,
        ImmutableArray<(int Places, TimeSpan MinDuration)> places
    )
    {
        var attempts = candidateRuns.Select(r => r.Attempt).Distinct().ToList();
        Expect(attempts.Count <= 1, $"runs of several attempts: {string.Join(", ", attempts)}");
        var (step, first, shortest) = (0, 0L, TimeSpan.Zero);
        foreach (var slot in Spread.Of(candidateRuns).Slots)
        {
            first = first == 0 ? slot.Slot : first;
            while (slot.Reached.Count > places[step].Places)
            {
                Expect(step < places.Length - 1, $"slot {slot.Slot} reached {slot.Reached.Count} stores");
                (step, shortest) = (step + 1, shortest + places[step].MinDuration);
                var lasted = TimeSpan.FromSeconds(slot.Slot - first);
                Expect(
                    lasted >= shortest,
                    $"the first {step} steps lasted {lasted}, at least {shortest} was asked, before slot {slot.Slot} reached {slot.Reached.Count} stores"
                );
            }
        }
    }

    private static void Expect(bool holds, string what)
    {
        if (!holds)
        {
            throw new BrokenInvariantException(what);
        }
    }
}

/// <summary>An invariant does not hold.</summary>
public sealed class BrokenInvariantException(string what) : Exception(what);
