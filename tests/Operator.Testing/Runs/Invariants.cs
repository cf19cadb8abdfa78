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

    /// <summary>
    /// Each cohort contains the cohort before: during an attempt, a store that ran the candidate runs nothing else.
    /// </summary>
    public static void Nobody_left_the_cohort(IEnumerable<SeenRun> runs, int attempt)
    {
        var all = runs.ToList();
        var spread = Spread.Of(all.Where(r => r.Attempt == attempt));
        var firstSlots = spread
            .Slots.SelectMany(s => s.Stores.Select(store => (Store: store, s.Slot)))
            .ToLookup(s => s.Store);
        var last = spread.Slots.IsEmpty ? 0 : spread.Slots[^1].Slot;
        foreach (var run in all.Where(r => r.Attempt != attempt && r.Slot < last))
        {
            var left = run.Stores.Where(s => firstSlots[s].Any(first => first.Slot < run.Slot));
            Expect(!left.Any(), $"{string.Join(", ", left)} left the cohort of attempt {attempt}:\n{run}");
        }
    }

    /// <summary>
    /// A candidate never reaches more stores than its step allows. Each step lasts at least its minimum duration, counted in
    /// slots that really ran. <paramref name="places"/> holds the number of stores and the minimum duration of each step.
    /// </summary>
    public static void Spread_kept_its_steps(
        IEnumerable<SeenRun> candidateRuns,
        ImmutableArray<(int Places, TimeSpan MinDuration)> places,
        TimeSpan period
    )
    {
        var attempts = candidateRuns.Select(r => r.Attempt).Distinct().ToList();
        Expect(attempts.Count <= 1, $"runs of several attempts: {string.Join(", ", attempts)}");
        var rounds = new int[places.Length];
        var step = 0;
        foreach (var slot in Spread.Of(candidateRuns).Slots)
        {
            while (slot.Reached.Count > places[step].Places)
            {
                var lasted = rounds[step] * period;
                Expect(
                    lasted >= places[step].MinDuration,
                    $"step {step + 1} had {rounds[step]} rounds ({lasted}) before slot {slot.Slot} reached {slot.Reached.Count} stores"
                );
                step++;
                Expect(
                    step == places.Length - 1 || slot.Reached.Count <= places[step].Places,
                    $"slot {slot.Slot} reached {slot.Reached.Count} stores, step {step + 1} has {places[step].Places}"
                );
            }
            rounds[step]++;
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
