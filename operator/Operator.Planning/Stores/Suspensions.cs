using System.Collections.Immutable;
using Operator.Planning.Record;

namespace Operator.Planning.Stores;

/// <summary>
/// The suspensions that follow from the record's orders. A due time counts for a store when it is not before the end of the
/// store's last suspension.
/// </summary>
internal sealed class Suspensions
{
    public static Suspensions None { get; } = new([]);
    private readonly ImmutableArray<Scope> _scopes;

    /// <summary>The stores that an order names. All other stores have the same suspensions, so those are computed once per flow.</summary>
    private readonly HashSet<string> _named;
    private readonly Dictionary<string, DateTimeOffset?> _ofOthers = new(StringComparer.Ordinal);

    private Suspensions(ImmutableArray<Scope> scopes)
    {
        _scopes = scopes;
        _named = scopes.SelectMany(s => s.Stores ?? []).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>An order with its stores as a set; null: all stores.</summary>
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
    /// End of the store's current or last suspension in the flow; null: never suspended.
    /// <see cref="DateTimeOffset.MaxValue"/>: until an order lifts the suspension.
    /// </summary>
    public DateTimeOffset? HeldUntil(string flow, string store) =>
        IsEmpty ? null
        : _named.Contains(store)
            ? EndOf(_scopes.Where(s => s.Order.HasFlow(flow) && (s.Stores is null || s.Stores.Contains(store))))
        : OfOthers(flow);

    private DateTimeOffset? OfOthers(string flow)
    {
        if (!_ofOthers.TryGetValue(flow, out var end))
        {
            end = EndOf(_scopes.Where(s => s.Order.HasFlow(flow) && s.Stores is null));
            _ofOthers[flow] = end;
        }
        return end;
    }

    /// <summary>
    /// Like <see cref="HeldUntil(string, string)"/>, for the whole flow: only orders for all stores suspend the flow, and any lift
    /// of the flow ends this suspension.
    /// </summary>
    public DateTimeOffset? HeldUntil(string flow) =>
        IsEmpty ? null : EndOf(_scopes.Where(s => s.Order.HasFlow(flow) && (s.Stores is null || s.Order.IsLift)));

    /// <summary>The newest order that suspends the store in the flow now; null when none does.</summary>
    public SuspensionOrder? HolderOf(string flow, string store, DateTimeOffset now) =>
        HeldUntil(flow, store) > now
            ? _scopes
                .Select(s => s.Order)
                .LastOrDefault(o => !o.IsLift && o.HasFlow(flow) && IsStanding(o, now) && Has(o, store))
            : null;

    /// <summary>The newest order that suspends the whole flow now; null when none does.</summary>
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

    /// <summary>Applies the orders from old to new: a lift ends the suspension, and a suspension can only extend it.</summary>
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
