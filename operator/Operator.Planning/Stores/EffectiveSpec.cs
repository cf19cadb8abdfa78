using Operator.Api;
using Operator.Planning.Quotas;

namespace Operator.Planning.Stores;

/// <summary>
/// The connector's spec for planning: with the stores of all lists, and with <c>suspend</c> set where actions suspend all flows.
/// <c>Observation.Connector</c> keeps the original spec.
/// </summary>
internal sealed record EffectiveSpec
{
    private EffectiveSpec(ConnectorSpec spec)
    {
        Spec = spec;
        Roster = new StoreRoster(spec.Stores);
        HasActiveStores = !Roster.Active.IsEmpty;
        Quotas = QuotaTable.Of(spec);
    }

    public ConnectorSpec Spec { get; private init; }

    /// <summary>All stores, including those of <c>storesFrom</c>.</summary>
    public StoreRoster Roster { get; private init; }

    /// <summary>The spec suspends not every store. Suspensions by actions change nothing here.</summary>
    public bool HasActiveStores { get; }

    /// <summary>The quotas of the APIs that the flows use.</summary>
    public QuotaTable Quotas { get; }

    /// <summary>The suspensions by actions. <see cref="Spec"/> shows only suspensions that cover all flows.</summary>
    public Suspensions Suspended { get; private init; } = Suspensions.None;

    public static EffectiveSpec Of(ConnectorSpec spec) => new(spec);

    /// <summary>
    /// Applies the suspensions that are active now. The connector is suspended when all its flows are suspended. A store is
    /// suspended when it is suspended in all flows.
    /// </summary>
    public EffectiveSpec Under(Suspensions held, DateTimeOffset now)
    {
        var under = this with { Suspended = held };
        if (held.IsEmpty || Spec.Flows.IsEmpty)
        {
            return under;
        }
        if (Spec.Flows.All(f => held.HeldUntil(f.Name) > now))
        {
            return under with { Spec = Spec with { Suspend = true } };
        }
        bool IsHeld(string store) => Spec.Flows.All(f => held.HeldUntil(f.Name, store) > now);
        var spec = Spec with { Stores = [.. Spec.Stores.Select(s => IsHeld(s.Name) ? s with { Suspend = true } : s)] };
        return under with { Spec = spec, Roster = new StoreRoster(spec.Stores) };
    }
}
