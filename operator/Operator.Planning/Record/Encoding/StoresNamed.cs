namespace Operator.Planning.Record.Encoding;

/// <summary>Where each book names stores: the only place that lists them. A property that names stores needs one line here.</summary>
internal static class StoresNamed
{
    private static readonly StoreOf<Isolation> OfIsolation = new(
        i => i.Store,
        (isolation, store) => isolation with { Store = store }
    );

    private static readonly StoreOf<FormerAccount> OfFormerAccount = new(
        f => f.Store,
        (former, store) => former with { Store = store }
    );

    public static ChunkBook In(ChunkBook book, StoreMap map) =>
        book with
        {
            Chunks = [.. book.Chunks.Select(c => c with { Stores = map.List(c.Stores) })],
        };

    public static FlowPlan In(FlowPlan plan, StoreMap map) =>
        plan with
        {
            Occasions = [.. plan.Occasions.Select(o => In(o, map))],
            Isolated = map.Items(plan.Isolated, OfIsolation),
            GeneralFailures = [.. plan.GeneralFailures.Select(f => f with { Split = map.List(f.Split) })],
        };

    public static FlowLedger In(FlowLedger ledger, StoreMap map) => ledger with { Stores = map.Keys(ledger.Stores) };

    public static StoreBook In(StoreBook book, StoreMap map) =>
        book with
        {
            Inline = map.List(book.Inline),
            Former = map.Items(book.Former, OfFormerAccount),
            Drops = [.. book.Drops.Select(d => d with { Stores = map.List(d.Stores) })],
        };

    public static PauseBook In(PauseBook book, StoreMap map) =>
        book with
        {
            Auth = map.Keys(book.Auth),
            Ended = map.Keys(book.Ended),
        };

    public static QuotaBook In(QuotaBook book, StoreMap map) =>
        book with
        {
            Apis = book.Apis.SetItems(book.Apis.Select(a => KeyValuePair.Create(a.Key, In(a.Value, map)))),
        };

    public static Attempt In(Attempt attempt, StoreMap map) =>
        attempt with
        {
            Order = map.List(attempt.Order),
            Away = map.Keys(attempt.Away),
            Appended = map.List(attempt.Appended),
            Guards = attempt.Guards.SetItems(
                attempt.Guards.Select(g =>
                    KeyValuePair.Create(g.Key, g.Value with { Stores = map.List(g.Value.Stores) })
                )
            ),
        };

    /// <summary>The places of stores in the rows of outcomes.</summary>
    public static OutcomeBook In(OutcomeBook book, StoreMap map) => book with { Stores = map.List(book.Stores) };

    /// <summary>Applies the map to every store that the record names by number. Suspensions name stores by name: they outlive the table.</summary>
    public static void Visit(ConnectorRecord record, StoreMap map)
    {
        foreach (var chunks in record.Chunks.Values)
        {
            In(chunks, map);
        }
        foreach (var plan in record.Plans.Values)
        {
            In(plan, map);
        }
        foreach (var ledger in record.Ledgers.Values)
        {
            In(ledger, map);
        }
        In(record.Outcomes, map);
        In(record.Pauses, map);
        In(record.Stores, map);
        In(record.Quotas, map);
        In(record.RunningAttempt ?? new Attempt(), map);
        map.List(record.Trials.Order);
    }

    private static Occasion In(Occasion occasion, StoreMap map) =>
        occasion with
        {
            Entries = map.Entries(occasion.Entries),
            Order = occasion.Order is { } order ? order with { Stores = map.List(order.Stores) } : null,
        };

    private static ApiBook In(ApiBook book, StoreMap map) =>
        book with
        {
            FullAt = map.Keys(book.FullAt),
            Days = map.Keys(book.Days),
        };
}
