using System.Collections.Immutable;
using Operator.Api;
using Operator.Planning.Calendar;
using Operator.Planning.Drafts;
using Operator.Planning.Facts;
using Operator.Planning.Record;

namespace Operator.Planning.Rollouts;

/// <summary>
/// After an attempt that ended without promotion, each store that its candidate handled runs once more on stable, at once. What a
/// catch-up can't do in time stays a debt (<see cref="Debts"/>), and the next run does it.
/// </summary>
internal static class CatchUps
{
    /// <summary>Opens a catch-up occasion in each flow of stable whose stores owe the work of the attempt.</summary>
    public static Draft Open(Draft draft, int attempt) =>
        draft
            .Spec.Flows.Where(f => FlowHomes.IsOnStable(draft.Record, f.Name))
            .Aggregate(draft, (d, flow) => Open(d, flow, attempt));

    /// <summary>
    /// The last instant at which a store of the occasion may start. The time for a catch-up counts from the later of the attempt's end
    /// and the end of the store's last run of the version. Of a pod that no record knows, this end is known only as the latest possible;
    /// a store that is free before has its time from <paramref name="now"/>.
    /// </summary>
    public static DateTimeOffset StartBy(FlowLedger ledger, Occasion occasion, string store, DateTimeOffset now)
    {
        if (occasion.Order?.StartWithin is not { } within)
        {
            return occasion.StartBy;
        }
        var latest = ledger.Stores.GetValueOrDefault(store)?.RedoSince;
        var freed = latest > now ? now : latest;
        var by = (freed > occasion.Slot ? freed.Value : occasion.Slot) + within.Value;
        return by < occasion.StartBy ? by : occasion.StartBy;
    }

    /// <summary>
    /// The occasion as it closes. A catch-up is open for as long as a run of the version may live; once it is over, its pods need not
    /// stay that long.
    /// </summary>
    public static Occasion Closed(Occasion occasion) =>
        occasion.Order?.StartWithin is null
            ? occasion
            : occasion with
            {
                StartBy = occasion.Entries.Select(e => e.StartBy).Append(occasion.Slot).Max(),
            };

    /// <summary>
    /// Tells whether a store of the occasion is too late at <paramref name="now"/>. A store that is still in a run of the version is not.
    /// </summary>
    public static Func<string, bool> TooLate(ConnectorRecord record, string flow, Occasion occasion, DateTimeOffset now)
    {
        if (occasion.Order?.StartWithin is null)
        {
            return _ => false;
        }
        var ledger = record.Ledger(flow);
        var live = record
            .Plan(flow)
            .Entries.Where(e => e.Result is null && OccasionIds.CatchUp(e.Attempt) == occasion.Id)
            .SelectMany(e => e.Stores)
            .ToHashSet(StringComparer.Ordinal);
        return store => !live.Contains(store) && now > StartBy(ledger, occasion, store, now);
    }

    /// <summary>The stores that still owe a run of an open catch-up: until then they run stable.</summary>
    public static IEnumerable<string> Pending(ConnectorRecord record, string flow)
    {
        var ledger = record.Ledger(flow);
        return record
            .Plan(flow)
            .Occasions.Where(o => o is { Kind: OccasionKind.CatchUp, IsClosed: false, Order: not null })
            .SelectMany(o => o.Order!.Stores) // filtered
            .Where(s => Debts.IsOwed(ledger, s));
    }

    private static Draft Open(Draft draft, Flow flow, int attempt)
    {
        var owing = draft
            .Record.Ledger(flow.Name)
            .Stores.Where(s => s.Value.RedoFrom is not null && draft.Roster.IsActive(s.Key))
            .ToList();
        var stores = owing.Select(s => s.Key).ToImmutableArray();
        if (stores.IsEmpty)
        {
            return draft;
        }
        draft = draft.RegisterFlow(flow);
        var plan = draft.Record.Plan(flow.Name);
        var occasion = new Occasion
        {
            Id = OccasionIds.CatchUp(attempt),
            Slot = draft.Now,
            StartBy = LastFreed(draft, plan, owing, attempt) + flow.StartingDeadline.Value,
            StartTimeout = flow.StartTimeout,
            Timeout = flow.Timeout,
            Retries = flow.Retries,
            Order = new RunOrder { Stores = stores, StartWithin = flow.StartingDeadline },
        };
        var since = owing.Min(s => s.Value.RedoFrom!.Value); // filtered
        var message =
            $"{stores.Length} stores run at once on stable in flow '{flow.Name}', to redo the work since {UtcText.Of(since)}";
        return draft
            .Decide(
                draft.Record.With(flow.Name, plan with { Occasions = plan.Occasions.Add(occasion) }),
                $"catch-up for attempt {attempt} opens in flow '{flow.Name}'"
            )
            .Tell(EventTarget.Rollout, Reasons.CatchUp, message);
    }

    /// <summary>When the last run of the version has ended at the latest.</summary>
    private static DateTimeOffset LastFreed(
        Draft draft,
        FlowPlan plan,
        IEnumerable<KeyValuePair<string, StoreLedger>> owing,
        int attempt
    ) =>
        plan
            .Entries.Where(e => e.Attempt == attempt && e.Result is null)
            .Select(e => e.Deadline + draft.Record.GraceOf(e) + draft.Seen.Limits.LateArrival)
            .Concat(owing.Select(s => s.Value.RedoSince).OfType<DateTimeOffset>())
            .Append(draft.Now)
            .Max();
}
