using Operator.Api;
using Operator.Planning.Quotas;

namespace Operator.Planning.Stores;

/// <summary>
/// The connector's spec as planning follows it: with the stores of every list, and with what actions suspend altogether marked as
/// suspended. What was seen stays beside it, unchanged.
/// </summary>
internal sealed record EffectiveSpec
{
    private EffectiveSpec(ConnectorSpec spec)
    {
        Spec = spec;
        Roster = new StoreRoster(spec.Stores);
        Quotas = QuotaTable.Of(spec);
    }

    public ConnectorSpec Spec { get; private init; }

    /// <summary>Every store, those of <c>storesFrom</c> included.</summary>
    public StoreRoster Roster { get; private init; }

    /// <summary>The quotas that the flows draw on.</summary>
    public QuotaTable Quotas { get; }

    /// <summary>What actions suspend. What they suspend in some flows only is not in <see cref="Spec"/>.</summary>
    public Suspensions Suspended { get; private init; } = Suspensions.None;

    public static EffectiveSpec Of(ConnectorSpec spec) => new(spec);

    /// <summary>
    /// The same under what actions suspend now: a connector of which no flow runs is suspended, and so are stores that no flow runs.
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
