using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// What the orders of the record suspend, and until when. A due time counts for a store if it is not before the end of the last
/// suspension that held the store.
/// </summary>
internal sealed class Suspensions
{
    public static Suspensions None { get; } = new([]);
    private readonly ImmutableArray<Scope> _scopes;

    private Suspensions(ImmutableArray<Scope> scopes) => _scopes = scopes;

    /// <summary>The stores of an order as a set; null: all.</summary>
    private sealed record Scope(SuspensionOrder Order, HashSet<string>? Stores);

    public static Suspensions Of(ActionBook book) =>
        book.Orders.IsEmpty
            ? None
            : new Suspensions([
                .. book.Orders.Select(o => new Scope(
                    o,
                    o.Stores.IsEmpty ? null : o.Stores.ToHashSet(StringComparer.Ordinal)
                )),
            ]);

    public bool IsEmpty => _scopes.IsEmpty;

    /// <summary>
    /// Until when the store is suspended in the flow, or was last; null: it never was. The greatest value: until somebody lifts it.
    /// </summary>
    public DateTimeOffset? HeldUntil(string flow, string store) =>
        IsEmpty
            ? null
            : EndOf(_scopes.Where(s => s.Order.HasFlow(flow) && (s.Stores is null || s.Stores.Contains(store))));

    /// <summary>The same of all of the flow's stores at once: what lets one of them go on lets the flow go on.</summary>
    public DateTimeOffset? HeldUntil(string flow) =>
        IsEmpty ? null : EndOf(_scopes.Where(s => s.Order.HasFlow(flow) && (s.Stores is null || s.Order.IsLift)));

    /// <summary>The order that holds the store in the flow now, the newest first; null when none does.</summary>
    public SuspensionOrder? HolderOf(string flow, string store, DateTimeOffset now) =>
        HeldUntil(flow, store) > now
            ? _scopes
                .Select(s => s.Order)
                .LastOrDefault(o => !o.IsLift && o.HasFlow(flow) && IsStanding(o, now) && Has(o, store))
            : null;

    /// <summary>The order that holds the whole flow now, the newest first; null when none does.</summary>
    public SuspensionOrder? HolderOf(string flow, DateTimeOffset now) =>
        HeldUntil(flow) > now
            ? _scopes
                .Select(s => s.Order)
                .LastOrDefault(o => !o.IsLift && o.HasFlow(flow) && IsStanding(o, now) && o.Stores.IsEmpty)
            : null;

    public static bool IsStanding(SuspensionOrder order, DateTimeOffset now) =>
        order.Until is not { } until || until > now;

    private static bool Has(SuspensionOrder order, string store) =>
        order.Stores.IsEmpty || order.Stores.Contains(store, StringComparer.Ordinal);

    /// <summary>Later orders have the last word: a lift ends what stood, a suspension lasts at least as long as it says.</summary>
    private static DateTimeOffset? EndOf(IEnumerable<Scope> scopes)
    {
        DateTimeOffset? end = null;
        foreach (var order in scopes.Select(s => s.Order))
        {
            var until = order.Until ?? DateTimeOffset.MaxValue;
            end =
                order.IsLift ? (end > order.At ? order.At : end)
                : end > until ? end
                : until;
        }
        return end;
    }
}
