using System.Collections.Immutable;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;
using Operator.Planning.Rollouts;

namespace Operator.Planning.Runs;

/// <summary>
/// How long the stores of an occasion wait for their next try: 1, 2, 4, 8, then 15 s after the end of the last one, until
/// <c>startBy</c>. All of it follows from the committed entries. While nothing of a revision starts, one run at a time tries for all. See
/// decision 0045.
/// </summary>
internal sealed class RetryWaits
{
    private static readonly ImmutableArray<TimeSpan> Steps =
    [
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(4),
        TimeSpan.FromSeconds(8),
        TimeSpan.FromSeconds(15),
    ];

    /// <summary>After half an hour the waits grow, so that a due time of a day has some hundred tries and not some thousand.</summary>
    private const int ShareOfOutage = 120;

    /// <summary>The waits of 1, 2 and 4 s: so long a store that missed the due time before keeps a place.</summary>
    private const int FirstWaits = 3;

    /// <summary>The last try is so long before <c>startBy</c>: time to commit it and to create its pod.</summary>
    private static readonly TimeSpan ToCreate = TimeSpan.FromSeconds(2);

    public static readonly RetryWaits None = new();

    private readonly Dictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);
    private readonly HashSet<int> _after = [];
    private readonly Dictionary<string, int> _early = new(StringComparer.Ordinal);

    private RetryWaits() { }

    private sealed record Retry(string Store, Entry Last, int Tries, DateTimeOffset Since, DateTimeOffset? LastChance)
    {
        public DateTimeOffset EndedAt => Last.EndedAt ?? default;
    }

    public static RetryWaits Of(Draft draft, Turn turn, PodIndex pods)
    {
        var retries = RetriesOf(draft, turn);
        if (retries.Count == 0)
        {
            return None;
        }
        var waits = new RetryWaits();
        foreach (var retry in retries)
        {
            waits.Hold(retry, retry.EndedAt + Wait(retry.Tries, retry.EndedAt - retry.Since), draft.Now);
            waits.KeepPlace(retry);
        }
        foreach (
            var alike in retries.Where(r => r.Last.ReachedNothing).GroupBy(r => r.Last.Revision, StringComparer.Ordinal)
        )
        {
            var row = FutileRuns.InARow(turn.Flow.Name, turn.Occasion, alike.Key, pods);
            if (row.Length >= FutileRuns.MostInARow)
            {
                var chosen = ChosenOf(turn, alike);
                waits.HoldBehindOne([.. alike], chosen, new Span(NextOf(turn, row, pods) ?? draft.Now, draft.Now));
            }
        }
        return waits;
    }

    public bool Holds(string store) => _until.ContainsKey(store);

    /// <summary>When a store may be tried again.</summary>
    public IEnumerable<DateTimeOffset> Ends => _until.Values.Where(u => u < DateTimeOffset.MaxValue);

    /// <summary>A wait counts from the end of this run, so this end must be committed: else each plan would see a later one.</summary>
    public bool CountFrom(Entry ended) => _after.Contains(ended.Index);

    /// <param name="tries">The tries that ended badly; at least one.</param>
    /// <param name="outage">Since the first of them.</param>
    public static TimeSpan Wait(int tries, TimeSpan outage)
    {
        var step = Steps[Math.Clamp(tries, 1, Steps.Length) - 1];
        var share = outage / ShareOfOutage;
        return share > step ? share : step;
    }

    /// <summary>
    /// The places of stores that missed the due time before and wait for one of their first tries. They are not free for stores that were
    /// served then: else a store whose first pod is rejected on each due time would never run beside one whose runs are long.
    /// </summary>
    public int PlacesKept(Waits waits) =>
        _early.Where(r => waits.HasMissed(r.Key)).Select(r => r.Value).Distinct().Count();

    private void KeepPlace(Retry retry)
    {
        if (retry.Tries <= FirstWaits && Holds(retry.Store))
        {
            _early[retry.Store] = retry.Last.Index;
        }
    }

    /// <summary>The next try is of a run that was tried least, and of a store that nothing else keeps from a run.</summary>
    private static Entry ChosenOf(Turn turn, IEnumerable<Retry> alike) =>
        alike
            .OrderBy(r =>
                turn.Holds.IsPaused(r.Store, ImmutableHashSet<string>.Empty) || turn.Holds.LacksCalls(r.Store)
            )
            .ThenBy(r => r.Tries)
            .ThenBy(r => r.EndedAt)
            .ThenBy(r => r.Last.Index)
            .First()
            .Last;

    private readonly record struct Span(DateTimeOffset Next, DateTimeOffset Now);

    /// <summary>
    /// One run tries for all that are alike, in turn; the others follow when it has started, or have their last chance before startBy.
    /// </summary>
    private void HoldBehindOne(ImmutableArray<Retry> alike, Entry chosen, Span span)
    {
        foreach (var retry in alike)
        {
            _until.Remove(retry.Store);
            _early.Remove(retry.Store);
            Hold(retry, retry.Last.Index == chosen.Index ? span.Next : DateTimeOffset.MaxValue, span.Now);
        }
    }

    /// <summary>When the next run of a revision may try, after futile ones in a row.</summary>
    private static DateTimeOffset? NextOf(Turn turn, ImmutableArray<Entry> row, PodIndex pods)
    {
        var (flow, occasion) = (turn.Flow.Name, turn.Occasion);
        var inRow = row.Select(e => e.Index).ToHashSet();
        var (tried, tries, busyUntil) = (new HashSet<string>(StringComparer.Ordinal), 1, DateTimeOffset.MinValue);
        foreach (var entry in occasion.Entries)
        {
            var isAgain = entry.Stores.Any(tried.Contains);
            tried.UnionWith(entry.Stores);
            tries += isAgain && inRow.Contains(entry.Index) ? 1 : 0;
            var isAboutToTell =
                isAgain
                && entry.Result is null
                && entry.Revision == row[0].Revision
                && !FutileRuns.HasStarted(flow, occasion, entry, pods);
            if (isAboutToTell)
            {
                // A pod that waits for long, as for its image, says nothing: the next one tries meanwhile.
                var told = pods.Find(flow, occasion, entry)?.CreatedAt + Steps[^1] ?? DateTimeOffset.MaxValue;
                busyUntil = told > busyUntil ? told : busyUntil;
            }
        }
        var (first, last) = (row.Min(e => e.EndedAt), row.Max(e => e.EndedAt));
        var next = last + Wait(tries, (last - first) ?? TimeSpan.Zero);
        return next > busyUntil ? next : busyUntil;
    }

    private void Hold(Retry retry, DateTimeOffset until, DateTimeOffset now)
    {
        var at = until > retry.LastChance ? retry.LastChance.Value : until;
        if (at > now)
        {
            _until[retry.Store] = at;
            _after.Add(retry.Last.Index);
        }
    }

    private static List<Retry> RetriesOf(Draft draft, Turn turn)
    {
        var occasion = turn.Occasion;
        if (!occasion.Entries.Any(e => e.Result is not null && !(e.NotReached.IsEmpty && e.FailedStores.IsEmpty)))
        {
            return [];
        }
        var tries = Tries.Of(draft.Followed, turn.Flow.Name, occasion);
        var arms = Arms.Of(draft, turn.Flow.Name, occasion);
        var times = new Lazy<Func<string, DateTimeOffset>>(() => StartBy(draft, turn));
        var retries = new List<Retry>();
        foreach (var store in turn.Waiting.Where(s => !turn.Busy.Contains(s)))
        {
            var ofPilot = arms.LastTryOf(store);
            if (ofPilot is null && !arms.HasArm(store))
            {
                continue;
            }
            // Another version may not have the fault of the last one, so it runs at once.
            if (
                tries.AfterFailure(store) is { } past
                && (ofPilot is not null || past.Last.Revision == RunPlanning.RevisionOf(draft, arms.ArmOf(store)))
            )
            {
                var lastChance = ofPilot ?? times.Value(store) - ToCreate;
                DateTimeOffset? chance = past.Last.EndedAt < lastChance ? lastChance : null;
                retries.Add(new Retry(store, past.Last, past.Count, past.Since, chance));
            }
        }
        return retries;
    }

    private static Func<string, DateTimeOffset> StartBy(Draft draft, Turn turn)
    {
        var occasion = turn.Occasion;
        var (offsets, ledger) = (
            RunGroups.Offsets(draft, turn.Flow.Name, occasion),
            draft.Record.Ledger(turn.Flow.Name)
        );
        return store =>
            CatchUps.StartBy(ledger, occasion, store, draft.Now) - occasion.Spread + offsets.GetValueOrDefault(store);
    }
}
